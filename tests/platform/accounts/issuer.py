"""A small OpenID Connect provider on a port of its own: discovery, keys, tokens signed with RS256, PKCE."""

import base64
import hashlib
import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "sealmark", "between us"


class Issuer:
    """A provider; what it says of whoever asks is in ``claims``, and may be wrong on purpose."""

    def __init__(self, address):
        self.address, self.claims, self.asked = address, {}, {}
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.signing_key = self.key
        self.userinfo = None

    def discovery(self, _sent):
        names = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
        found = {f"{name}_endpoint": f"{self.address}/{path}" for name, path in names.items()}
        return {**found, "issuer": self.address, "jwks_uri": f"{self.address}/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_post"]}  # fmt: skip

    def keys(self, _sent):
        key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**key, "kid": "one", "alg": "RS256", "use": "sig"}]}

    def authorize(self, sent):
        self.asked = sent
        return sent["redirect_uri"] + "?" + urlencode({"code": "once", "state": sent["state"]})

    def token(self, sent):
        digest = hashlib.sha256(sent["code_verifier"].encode()).digest()
        assert base64.urlsafe_b64encode(digest).decode().rstrip("=") == self.asked["code_challenge"]
        assert (sent["client_id"], sent["client_secret"], sent["code"]) == (CLIENT, SECRET, "once")
        now = int(time.time())
        claims = {"iss": self.address, "aud": CLIENT, "sub": "42", "iat": now, "exp": now + 60, **self.claims}
        signed = jwt.encode(claims, self.signing_key, algorithm="RS256", headers={"kid": "one"})
        return {"access_token": "open", "token_type": "Bearer", "id_token": signed}

    def told(self, _sent):
        return self.userinfo or {"sub": "42", **self.claims}


def _handler(issuer_of):
    class Handler(BaseHTTPRequestHandler):
        def answer(self, sent):
            issuer = issuer_of()
            name = urlsplit(self.path).path.strip("/")
            view = {
                ".well-known/openid-configuration": issuer.discovery, "keys": issuer.keys,
                "authorize": issuer.authorize, "token": issuer.token, "userinfo": issuer.told,
            }[name]  # fmt: skip
            found = view({key: values[0] for key, values in parse_qs(sent).items()})
            self.send_response(302 if isinstance(found, str) else 200)
            if isinstance(found, str):
                self.send_header("Location", found)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b"" if isinstance(found, str) else json.dumps(found).encode())

        def do_GET(self):
            self.answer(urlsplit(self.path).query)

        def do_POST(self):
            self.answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

        def log_message(self, *_told):
            pass

    return Handler


@contextmanager
def running():
    """Yield a provider that answers."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(lambda: issuer))
    issuer = Issuer(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
