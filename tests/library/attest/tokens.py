"""A token of SoftHSM2 (apt install softhsm2), made once per process: its library reads where tokens lie only once."""

import functools
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from tests.library.attest.conftest import missing

PIN = "2580-long"


def given_token():
    """Return library, label and PIN of a token with the pairs "certificates", "other half", and the torn "torn".

    Where SoftHSM2 is not installed the test is skipped; in continuous integration it fails.
    """
    found = sorted(Path("/usr").glob("lib*/**/libsofthsm2.so"))
    if not found or shutil.which("softhsm2-util") is None:
        missing("softhsm2 is not installed")
    pytest.importorskip("pkcs11")
    return _made(found[0])


@functools.cache
def _made(library):
    import pkcs11

    folder = Path(_FOLDER.name)
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    command = ["softhsm2-util", "--init-token", "--free", "--label", "body", "--so-pin", "87654321", "--pin", PIN]
    subprocess.run(command, check=True, capture_output=True)
    with pkcs11.lib(str(library)).get_token(token_label="body").open(rw=True, user_pin=PIN) as session:
        generate(session, "certificates")
        first, _ = generate(session, "torn")
        _, second = generate(session, "other half")
        first.destroy()
        generate(session, "spare")[0][pkcs11.Attribute.LABEL] = "torn"
        assert second[pkcs11.Attribute.LABEL] == "other half"
    return {"library": library, "token": "body", "pin": PIN}


_FOLDER = tempfile.TemporaryDirectory(prefix="token-")


def generate(session, label):
    import pkcs11
    from pkcs11.util.ec import encode_named_curve_parameters

    curve = {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters("1.3.101.112")}
    parameters = session.create_domain_parameters(pkcs11.KeyType.EC_EDWARDS, curve, local=True)
    return parameters.generate_keypair(mechanism=pkcs11.Mechanism.EC_EDWARDS_KEY_PAIR_GEN, store=True, label=label)
