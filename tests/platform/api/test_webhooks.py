"""Webhooks: signed, repeated until they arrive, and never to an internal address."""

import datetime as dt
import hashlib
import hmac
import json
import socket

import pytest
from tests.platform.api.receiver import Receiver, is_loopback
from tests.platform.people import START, after

from sealmark.core.errors import SealmarkError
from sealmark_platform.api import addresses, webhooks
from sealmark_platform.api.addresses import Caller, is_public, target_of
from sealmark_platform.api.models import Delivery, KeptAnswer, Token, Webhook
from sealmark_platform.api.webhooks import deliver, end_webhook, make_webhook
from sealmark_platform.casework.actions import application as apply
from sealmark_platform.parties.models import Membership

NOW = after(0)
PRIVATE = (
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "64:ff9b::a00:1",
    "2002:a00:1::", "::10.0.0.1", "192.0.2.1",
)  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_no_internal_address_is_public(address):
    assert is_public(address) is False


@pytest.mark.parametrize("address", ["9.9.9.9", "2620:fe::fe", "::ffff:9.9.9.9"])
def test_public_addresses_are(address):
    assert is_public(address) is True


UNTAKEN = (
    "http://hooks.example.org/", "https://hooks.example.org:22/", "https://user@hooks.example.org/", "https:///x",
    "https://hooks.example.org/#part", "https://hooks.example.org/a b", "https://hooks.example.org:x/",
    "https://h\u00f6oks.example.org/", "ftp://hooks.example.org/", "https://hooks.example.org/\r\nX: 1", "",
)  # fmt: skip


@pytest.mark.parametrize("address", UNTAKEN)
def test_addresses_of_other_kinds_are_refused(address):
    with pytest.raises(SealmarkError, match="SM872"):
        target_of(address)


@pytest.mark.parametrize("found", [["10.0.0.1"], ["9.9.9.9", "127.0.0.1"], []])
def test_one_internal_address_among_several_is_enough_to_refuse(found):
    with pytest.raises(SealmarkError, match="SM872"):
        Caller(resolve=lambda _host, _port: found).checked(target_of("https://hooks.example.org/"))


def test_a_literal_internal_address_is_refused_by_the_real_resolver():
    with pytest.raises(SealmarkError, match="SM872"):
        Caller().checked(target_of("https://127.0.0.1/"))
    with pytest.raises(SealmarkError, match="SM872"):
        Caller().checked(target_of("https://[::1]:8443/"))


@pytest.fixture
def receiver(tmp_path, monkeypatch):
    made = Receiver(tmp_path)
    # The server takes any free port: the rule about ports has its own tests above.
    monkeypatch.setattr(addresses, "_PORTS", frozenset({made.port}))
    yield made
    made.stop()


@pytest.fixture
def hooked(world, receiver):
    """Return the webhook of a body, its secret and how it is called."""
    caller = Caller(lambda _host, _port: ["127.0.0.1"], is_loopback, receiver.trust)
    address = f"https://hooks.example.org:{receiver.port}/in?of=oak"
    return *make_webhook(world.body, address, ["application"], by=world.cora, at=NOW, caller=caller), caller


def test_an_act_arrives_once_signed_and_without_a_name(world, receiver, hooked):
    hook, secret, caller = hooked
    file = world.draft()
    apply.submit_application(file, by=world.cleo, at=after(1))

    first, again = deliver(after(1), caller), deliver(after(2), caller)

    assert (first.queued, first.arrived, first.failed) == (2, 2, 0)
    assert (again.queued, again.arrived, again.failed) == (0, 0, 0)
    path, headers, content = receiver.taken[1]
    told = json.loads(content)
    assert (path, told["kind"], told["subject"]) == ("/in?of=oak", "application.submit", f"application:{file.pk}")
    assert set(told) == {"record", "kind", "at", "subject", "file"}
    seconds = int(after(1).timestamp())
    proof = hmac.new(secret.encode(), f"{seconds}.".encode() + content, hashlib.sha256).hexdigest()
    assert headers["Sealmark-Signature"] == f"t={seconds},v1={proof}"
    assert Delivery.objects.filter(webhook=hook, outcome="HTTP 200", next_at=None).count() == 2


def test_what_does_not_arrive_is_tried_again_later_and_given_up_in_the_end(world, receiver, hooked):
    world.draft()
    receiver.status = 500
    hook, _secret, caller = hooked
    at, waits = START, []
    deliver(at, caller)
    one = Delivery.objects.get(webhook=hook)
    while one.next_at is not None:
        waits.append(int((one.next_at - at).total_seconds() // 60))
        early = deliver(one.next_at - dt.timedelta(seconds=1), caller)
        at = one.next_at
        deliver(at, caller)
        one.refresh_from_db()

    assert waits == [1, 5, 30, 120, 360, 720, 1440]
    assert (early.arrived, early.failed, one.attempts, one.outcome) == (0, 0, 8, "HTTP 500")


def test_a_redirect_is_not_followed(world, receiver, hooked):
    world.draft()
    receiver.status = 307

    found = deliver(START, hooked[2])

    assert (found.arrived, found.failed, len(receiver.taken)) == (0, 1, 1)


def test_a_name_that_moved_to_an_internal_address_is_not_called(world, receiver, hooked):
    world.draft()

    found = deliver(START, Caller(lambda _host, _port: ["127.0.0.1"], trust=receiver.trust))

    assert (found.failed, receiver.taken) == (1, [])
    assert Delivery.objects.get().outcome.startswith("SM872")


def test_a_server_that_cannot_prove_its_name_gets_nothing(world, receiver, hooked):
    world.draft()
    Webhook.objects.update(address=f"https://other.example.org:{receiver.port}/")

    found = deliver(START, hooked[2])

    assert (found.failed, receiver.taken, Delivery.objects.get().outcome) == (1, [], "SSLCertVerificationError")


def test_other_bodies_other_acts_and_ended_hooks_hear_nothing(world, elsewhere, receiver, hooked):
    hook, _secret, caller = hooked
    elsewhere.draft()
    world.gathering()
    kinds = {json.loads(one.payload)["kind"].partition(".")[0] for one in _all(caller)}
    end_webhook(hook, after(30))
    world.draft()

    last = deliver(after(31), caller)

    assert (kinds, last.queued) == ({"application"}, 0)


def _all(caller):
    deliver(after(20), caller)
    return Delivery.objects.all()


def test_one_that_is_silent_costs_a_round_one_attempt(world, receiver, hooked):
    for _ in range(3):
        world.draft()
    receiver.status = 503

    found = deliver(START, hooked[2])

    assert (found.queued, found.failed, len(receiver.taken)) == (3, 1, 1)


def test_unknown_acts_and_an_eleventh_hook_are_refused(world, receiver, hooked):
    caller, address = hooked[2], hooked[0].address
    for _ in range(9):
        make_webhook(world.body, address, [], by=world.cora, at=NOW, caller=caller)

    with pytest.raises(SealmarkError, match="SM873"):
        make_webhook(world.body, address, [], by=world.cora, at=NOW, caller=caller)
    with pytest.raises(SealmarkError, match="SM873"):
        make_webhook(world.body, address, ["certificate.burn"], by=world.cora, at=NOW, caller=caller)

    assert Webhook.objects.count() == 10


def test_administrators_manage_the_hooks_of_their_body(world, elsewhere, program, receiver, hooked):
    hook = hooked[0]
    Membership.objects.create(person=world.rex, body=world.body, function="administrator")
    rex, cora, stranger = program(world.rex), program(world.cora), program(elsewhere.cora)

    rows = rex.get("/webhooks").json()["items"]
    others = cora.get("/webhooks").json()["items"]
    made = rex.post("/webhooks", {"body": str(world.body.pk), "address": "https://127.0.0.1/"})
    denied = [cora.post(f"/webhooks/{hook.pk}/end", {}), stranger.post(f"/webhooks/{hook.pk}/end", {}),
              stranger.post("/webhooks", {"body": str(world.body.pk), "address": "https://x.example/"})]  # fmt: skip
    ended = rex.post(f"/webhooks/{hook.pk}/end", {})
    log = rex.get(f"/webhooks/{hook.pk}/deliveries")

    assert ([row["id"] for row in rows], others) == ([str(hook.pk)], [])
    assert (made.status_code, made.json()["code"]) == (422, "SM872")
    assert [answer.status_code for answer in denied] == [403, 404, 404]
    assert (ended.status_code, ended.json()["ended_at"] is not None, log.json()["items"]) == (200, True, [])


def test_a_new_hook_answers_its_secret_once(world, program, monkeypatch):
    Membership.objects.create(person=world.rex, body=world.body, function="administrator")
    # No name is looked up outside: the answer of the resolver is given.
    answer = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("9.9.9.9", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: answer)
    rex = program(world.rex)

    made = rex.post("/webhooks", {"body": str(world.body.pk), "address": "https://hooks.example.org/in"})
    listed = rex.get("/webhooks").content.decode()

    assert (made.status_code, made.json()["secret"][:4]) == (201, "whs_")
    assert made.json()["secret"] not in listed
    assert str(made.json()["secret"]) not in str(list(Webhook.objects.values()))


def test_a_host_that_nobody_knows_is_refused():
    def unknown(_host, _port):
        raise OSError

    with pytest.raises(SealmarkError, match="has no address"):
        Caller(unknown).checked(target_of("https://hooks.example.org/"))


def test_what_another_round_is_sending_is_left_to_it(world, receiver, hooked):
    world.draft()
    caller = hooked[2]

    def other_round(host, port):
        # While this round looks the name up, the delivery is claimed: a second round finds nothing due.
        found.append(deliver(START, caller))
        return caller.resolve(host, port)

    found = []
    found.append(deliver(START, Caller(other_round, is_loopback, receiver.trust)))

    assert [(one.arrived, one.failed) for one in found] == [(0, 0), (1, 0)]
    assert len(receiver.taken) == 1


def test_a_delivery_that_was_claimed_between_looking_and_sending_is_not_sent(world, receiver, hooked):
    world.draft()
    receiver.status = 500
    deliver(START, hooked[2])
    one = Delivery.objects.get()
    Delivery.objects.update(attempts=one.attempts + 1)
    receiver.taken.clear()

    assert webhooks._send(one, after(1), hooked[2]) is None
    assert receiver.taken == []


def test_there_is_no_log_of_a_hook_that_does_not_exist(world, program):
    answer = program(world.cora).get(f"/webhooks/{world.body.pk}/deliveries")

    assert answer.status_code == 404


def test_rows_are_named_for_those_who_read_logs(world, hooked, receiver):
    world.draft()
    deliver(START, hooked[2])
    hook, one = hooked[0], Delivery.objects.get()
    kept = KeptAnswer(key="k-1")
    token = Token(name="Nightly", begins="smk_abcdef")

    assert (str(one), str(kept), str(token)) == (f"{one.entry} > {hook.address}", "k-1", "Nightly (smk_abcdef)")
