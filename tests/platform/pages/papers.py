"""PDFs with something attached, good and bad, written by hand."""

import zlib

CATALOG = b"<< /Type /Catalog /Names << /EmbeddedFiles 4 0 R >> >>"
NAMES = b"<< /Names [(certificate.json) 5 0 R] >>"
FILE = b"<< /Type /Filespec /F (certificate.json) /EF << /F 6 0 R >> >>"


def stream(content, extra=b"", *, deflate=True):
    packed = zlib.compress(content) if deflate else content
    kind = b" /Filter /FlateDecode" if deflate else b""
    return b"<< /Length %d%s%s >>\nstream\n%s\nendstream" % (len(packed), kind, extra, packed)


def parts(content, **how):
    """The objects of a PDF with an attachment, by number."""
    return {1: CATALOG, 4: NAMES, 5: FILE, 6: stream(content, **how)}


def paper(objects, trailer=b"", *, root=1):
    """Return a PDF, with a table of where everything stands as readers want it."""
    text, places = b"%PDF-1.7\n", {}
    for number, body in objects.items():
        places[number] = len(text)
        text += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(text)
    rows = b"".join(b"%d 1\n%010d 00000 n \n" % (number, place) for number, place in sorted(places.items()))
    end = b"trailer\n<< /Size %d /Root %d 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (max(places) + 1, root, trailer, start)
    return text + b"xref\n" + rows + end


def folded(content):
    """Return a PDF whose small objects lie in a stream, as do the places of everything."""
    inside = {1: CATALOG, 4: NAMES, 5: FILE}
    heads, body = b"", b""
    for number, one in inside.items():
        heads += b"%d %d " % (number, len(body))
        body += one + b" "
    text, places = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", {}
    for number, one in {
        6: stream(content),
        7: stream(heads + body, b" /Type /ObjStm /N 3 /First %d" % len(heads)),
    }.items():
        places[number] = len(text)
        text += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    places[8] = len(text)
    row = b"%c%s%c"
    rows = row % (0, bytes(4), 0)
    for number in range(1, 9):
        if number in inside:
            rows += row % (2, (7).to_bytes(4, "big"), [*inside].index(number))
        else:
            rows += row % (number in places, places.get(number, 0).to_bytes(4, "big"), 0)
    table = stream(rows, b" /Type /XRef /Size 9 /W [1 4 1] /Root 1 0 R")
    return text + b"8 0 obj\n" + table + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % places[8]


def updated(content):
    """Return a PDF in which an update exchanged the attachment: what stands later counts."""
    before = paper(parts(b"{}"))
    place = len(before)
    after = before + b"6 0 obj\n" + stream(content) + b"\nendobj\n"
    start = before.rindex(b"startxref\n") + 10
    previous = int(before[start : before.index(b"\n", start)])
    table = b"xref\n6 1\n%010d 00000 n \ntrailer\n<< /Size 7 /Root 1 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n"
    return after + table % (place, previous, len(after))
