"""Signing in with an organisation's own accounts, against an issuer that runs here: only its own people come in."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask, jsonify, redirect, request
from joserfc import jwk, jwt
from werkzeug.serving import make_server

from showcase.access import actor_for
from showcase.errors import DomainError, NotAllowed
from showcase.extensions import db
from showcase.models import Account, ExternalIdentity, IdentityProvider, Membership, SignInSession, utc_now
from showcase.services import identities, locked_secrets
from tests.integration.conftest import CheckedClient, People, member_of
from tests.integration.test_accounts import give_domain, sign_in, with_password

pytestmark = pytest.mark.either_database


@dataclass
class Issuer:
    """What a council's sign-in would say next."""

    address: str
    claims: dict[str, Any] = field(default_factory=dict)
    lies: dict[str, Any] = field(default_factory=dict)
    """Claims of the token to be put in place of the right ones."""
    nonces: dict[str, str] = field(default_factory=dict)


@pytest.fixture(scope="module")
def server() -> Iterator[Issuer]:
    """An issuer that speaks the code flow with PKCE, on loopback."""
    key = jwk.RSAKey.generate_key(2048, {"kid": "1", "use": "sig", "alg": "RS256"}, private=True)
    app = Flask("issuer")
    made = make_server("127.0.0.1", 0, app, threaded=True)
    issuer = Issuer(f"http://127.0.0.1:{made.server_port}")

    @app.get("/.well-known/openid-configuration")
    def configuration() -> Any:
        return jsonify(
            issuer=issuer.address,
            authorization_endpoint=f"{issuer.address}/authorize",
            token_endpoint=f"{issuer.address}/token",
            jwks_uri=f"{issuer.address}/keys",
            response_types_supported=["code"],
            id_token_signing_alg_values_supported=["RS256"],
            code_challenge_methods_supported=["S256"],
        )

    @app.get("/moved/.well-known/openid-configuration")
    def moved() -> Any:
        return redirect(f"{issuer.address}/.well-known/openid-configuration")

    @app.get("/keys")
    def keys() -> Any:
        return jsonify(keys=[key.as_dict(private=False)])

    @app.post("/token")
    def token() -> Any:
        assert request.form["code_verifier"]
        now = int(time.time())
        claims = {"iss": issuer.address, "aud": "client", "iat": now, "exp": now + 60, **issuer.claims}
        claims = {**claims, "nonce": issuer.nonces[request.form["code"]], **issuer.lies}
        return jsonify(
            access_token="a",
            token_type="Bearer",
            expires_in=60,
            id_token=jwt.encode({"alg": "RS256", "kid": "1"}, claims, key),
        )

    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield issuer
    made.shutdown()


@pytest.fixture
def issuer(server: Issuer, monkeypatch: pytest.MonkeyPatch) -> Issuer:
    """The issuer, saying that it is Olga of Northmere."""
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    server.claims = {
        "sub": "s1",
        "tid": "tenant-1",
        "oid": "o1",
        "preferred_username": "olga@northmere.gov.uk",
        "name": "Olga Own",
    }
    server.lies = {}
    return server


@pytest.fixture
def provider(people: People, issuer: Issuer) -> IdentityProvider:
    """Northmere's provider."""
    give_domain(people.officer.organisation, "northmere.gov.uk")
    wanted = identities.Wanted(issuer=issuer.address, client_id="client", client_secret="s", tenants=["tenant-1"])
    made = identities.set_up(people.officer.organisation, wanted, by=actor_for(people.staff), now=utc_now())
    db.session.commit()
    return made


def come_back(client: CheckedClient, issuer: Issuer, provider: IdentityProvider, *, again: bool = False) -> str:
    """Go to the issuer and come back with its word; return the address to which that leads."""
    address = client.get(f"/sign-in/organisation/{provider.id}{'?again=yes' if again else ''}").location
    assert address is not None
    assert ("prompt=login" in address) is again
    assert address.startswith(f"{issuer.address}/authorize?")
    asked = parse_qs(urlsplit(address).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [f"http://127.0.0.1:8000/sign-in/organisation/{provider.id}/back"]
    code = asked["state"][0]
    issuer.nonces[code] = asked["nonce"][0]
    back = f"/sign-in/organisation/{provider.id}/back?{urlencode({'code': code, 'state': asked['state'][0]})}"
    return client.get(back).location or ""


def go_on(client: CheckedClient) -> Any:
    return client.post("/sign-in/organisation/finish")


def who_is_in(client: CheckedClient) -> str | None:
    page = client.get("/account")
    if page.status_code != 200:
        return None
    emails = db.session.scalars(sa.select(Account.email))
    return next(email for email in emails if email in page.text)


def test_a_newcomer_gets_an_account_and_acts_for_the_organisation(
    client: CheckedClient, issuer: Issuer, provider: IdentityProvider
) -> None:
    page = client.post("/sign-in/organisation", data={"email": "olga@northmere.gov.uk"})
    assert "Go to the sign-in of Northmere" in page.text
    assert come_back(client, issuer, provider) == "/sign-in/organisation/finish"
    assert who_is_in(client) is None
    assert "Olga Own" in client.get("/sign-in/organisation/finish").text
    assert go_on(client).location == "/"
    assert who_is_in(client) == "olga@northmere.gov.uk"
    account = db.session.scalars(sa.select(Account).where(Account.email == "olga@northmere.gov.uk")).one()
    assert [each.organisation.name for each in account.memberships] == ["Northmere"]
    assert account.password_hash is None


def test_an_account_that_is_there_is_linked_and_known_by_its_id_from_then_on(
    client: CheckedClient, issuer: Issuer, provider: IdentityProvider, people: People
) -> None:
    people.officer.account.email = "olive@northmere.gov.uk"
    issuer.claims["preferred_username"] = "Olive@Northmere.gov.uk"
    for name in ("olive@northmere.gov.uk", "married@northmere.gov.uk"):
        issuer.claims["preferred_username"] = name
        come_back(client, issuer, provider)
        assert go_on(client).location == "/"
        assert who_is_in(client) == "olive@northmere.gov.uk"
        client.sign_out()
    assert [row.subject for row in db.session.scalars(sa.select(ExternalIdentity))] == ["tenant-1:o1"]


@pytest.mark.parametrize(
    "lies", [{"nonce": "x"}, {"aud": "other"}, {"iss": "https://else.example"}, {"exp": 1}, {"tid": "tenant-2"}]
)
def test_a_word_that_is_not_right_lets_nobody_in(
    client: CheckedClient, issuer: Issuer, provider: IdentityProvider, lies: dict[str, Any]
) -> None:
    issuer.lies = lies
    assert come_back(client, issuer, provider) == "/sign-in"
    assert go_on(client).location == "/sign-in"
    assert who_is_in(client) is None


def test_a_forged_state_is_refused(client: CheckedClient, provider: IdentityProvider) -> None:
    answer = client.get(f"/sign-in/organisation/{provider.id}/back?code=x&state=forged")
    assert answer.location == "/sign-in"


@pytest.mark.parametrize("address", ["olga@eastbrook.gov.uk", "olga@sub.northmere.gov.uk", "", "fay@plain.example"])
def test_an_address_of_another_domain_does_not_come_in(
    client: CheckedClient, issuer: Issuer, provider: IdentityProvider, people: People, address: str
) -> None:
    give_domain(people.other_officer.organisation, "eastbrook.gov.uk")
    issuer.claims["preferred_username"] = address
    come_back(client, issuer, provider)
    assert go_on(client).status_code == 422
    assert who_is_in(client) is None
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ExternalIdentity)) == 0


def test_a_provider_cannot_bring_someone_into_the_staff_area(
    client: CheckedClient, issuer: Issuer, provider: IdentityProvider, people: People
) -> None:
    """A council's provider that asks for a second step does not stand for the one that LGA staff need."""
    provider.has_second_step = True
    both = member_of(people.officer.organisation, "Bo Both")
    both.account.email = "olga@northmere.gov.uk"
    db.session.add(Membership(account=both.account, organisation=people.staff.organisation))
    db.session.commit()
    come_back(client, issuer, provider)
    assert go_on(client).location == "/sign-in/second-step"
    assert who_is_in(client) is None


def test_someone_removed_or_deactivated_does_not_come_back(
    client: CheckedClient, issuer: Issuer, provider: IdentityProvider
) -> None:
    come_back(client, issuer, provider)
    go_on(client)
    client.sign_out()
    account = db.session.scalars(sa.select(Account).where(Account.email == "olga@northmere.gov.uk")).one()
    db.session.delete(account.memberships[0])
    db.session.commit()
    come_back(client, issuer, provider)
    assert "no more" in go_on(client).text
    account.deactivated_at = utc_now()
    come_back(client, issuer, provider)
    assert go_on(client).status_code == 422


def test_passwords_can_be_ruled_out(client: CheckedClient, provider: IdentityProvider, people: People) -> None:
    email = with_password(people.officer)
    assert sign_in(client, email).status_code == 302  # type: ignore[attr-defined]
    client.sign_out()
    provider.is_only_way = True
    assert "Northmere account" in sign_in(client, email).text  # type: ignore[attr-defined]
    assert who_is_in(client) is None


def test_an_issuer_that_does_not_answer_is_said_kindly(client: CheckedClient, provider: IdentityProvider) -> None:
    provider.issuer = "http://127.0.0.1:9"
    assert client.get(f"/sign-in/organisation/{provider.id}").location == "/sign-in"
    assert "does not answer" in client.get("/sign-in").text


def test_a_redirect_of_an_issuer_is_not_followed(client: CheckedClient, provider: IdentityProvider) -> None:
    provider.issuer += "/moved"  # answers with a redirect to the right metadata
    assert client.get(f"/sign-in/organisation/{provider.id}").location == "/sign-in"
    assert "does not answer" in client.get("/sign-in").text


def test_staff_set_it_up_and_nobody_else(client: CheckedClient, people: People, issuer: Issuer) -> None:
    path = f"/organisations/{people.officer.organisation_id}/sign-in"
    form = {"issuer": issuer.address, "client_id": "client", "secret": "secret-words", "tenant_lines": "a\nb"}
    client.sign_in(people.officer)
    assert client.post(path, data=form).status_code == 403
    client.sign_in(people.staff)
    assert client.post(path, data={**form, "issuer": "http://else.example"}).status_code == 422
    assert client.post(path, data=form).status_code == 302
    page = client.get(path).text
    assert "secret-words" not in page
    assert "/back" in page
    client.post(path, data={**form, "secret": "", "tenant_lines": "a"})
    provider = identities.find(people.officer.organisation)
    assert provider is not None
    assert (locked_secrets.unlock(provider.client_secret), provider.tenants) == ("secret-words", ["a"])
    assert "secret-words" not in provider.client_secret
    assert client.post(f"{path}/remove").status_code == 302
    assert identities.find(people.officer.organisation) is None


def test_an_issuer_of_everyone_needs_a_list_of_tenants(people: People) -> None:
    wanted = identities.Wanted("https://login.microsoftonline.com/common/v2.0", "client", "s")
    with pytest.raises(DomainError, match="tenants"):
        identities.set_up(people.officer.organisation, wanted, by=actor_for(people.staff), now=utc_now())
    with pytest.raises(NotAllowed):
        identities.set_up(people.officer.organisation, wanted, by=actor_for(people.officer), now=utc_now())


# --- showing it again -------------------------------------------------------------------------------------------------


def come_in_long_ago(client: CheckedClient, issuer: Issuer, provider: IdentityProvider) -> None:
    """Be signed in by the provider since 16 minutes: too long for what is dangerous."""
    come_back(client, issuer, provider)
    go_on(client)
    row = db.session.scalars(sa.select(SignInSession)).one()
    row.created_at -= timedelta(minutes=16)
    db.session.commit()


def test_who_signs_in_with_an_organisation_shows_there_again_who_they_are(
    client: CheckedClient, issuer: Issuer, provider: IdentityProvider
) -> None:
    come_in_long_ago(client, issuer, provider)
    page = client.post("/account/data/export").text
    assert "Sign in again at Northmere" in page
    come_back(client, issuer, provider, again=True)
    db.session.expire_all()
    assert client.post("/account/data/export").mimetype == "application/zip"


def test_another_person_of_the_organisation_proves_nothing(
    client: CheckedClient, issuer: Issuer, provider: IdentityProvider
) -> None:
    come_in_long_ago(client, issuer, provider)
    issuer.claims = {**issuer.claims, "oid": "another"}
    come_back(client, issuer, provider, again=True)
    assert "Is it you?" in client.post("/account/data/export").text
