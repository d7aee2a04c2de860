"""Each kind of channel against a receiver that speaks its real protocol: what arrives, and what each failure means."""

import hashlib
import hmac
import ssl
from pathlib import Path
from typing import Any

import pytest

from proto_ddf.notify import delivery_queue
from proto_ddf.notify.channels import http
from proto_ddf.notify.notification import Notification
from proto_ddf.notify.sending import send_next
from tests.channels import (
    SIGNING,
    Clock,
    apprise,
    deliveries,
    email,
    linear,
    slack,
    urgent,
    webhook,
)
from tests.ports import free_port
from tests.servers.certificates import Certificate, certificates
from tests.servers.http_receiver import Answer, Receiver, http_receiver
from tests.servers.linear_api import LinearApi
from tests.servers.mail_server import PASSWORD, MailServer, mail_server

NOTE = urgent("Orders & <b>co</b> failed", text="The disk is full.", link="/errors/ab12")
LINK = "http://127.0.0.1:3000/errors/ab12"


def send(channel: Any, clock: Clock, notification: Notification = NOTE) -> tuple[str, str, float]:
    """Queue, send once: the state, the error, and in how many seconds the next attempt is."""
    delivery_queue.add(notification, [channel], clock())
    return attempt(channel, clock)


def attempt(channel: Any, clock: Clock) -> tuple[str, str, float]:
    assert send_next(channel.id, clock)
    record = deliveries()[-1]
    return record.state.value, record.error, (record.not_before - clock()).total_seconds()


def test_slack_gets_an_escaped_text(receiver: Receiver, clock: Clock) -> None:
    channel = slack(receiver.url("/services/T0/B0/abcdefgh"))
    assert send(channel, clock)[:2] == ("sent", "")
    [request] = receiver.received
    assert request.path == "/services/T0/B0/abcdefgh"
    assert request.json == {
        "text": f"*Orders &amp; &lt;b&gt;co&lt;/b&gt; failed*\nThe disk is full.\n\n{LINK}"
    }


def test_slack_is_asked_again_after_the_time_it_names(receiver: Receiver, clock: Clock) -> None:
    channel = slack(receiver.url())
    receiver.answers = [Answer(429, "rate_limited", {"Retry-After": "90"})]
    state, error, seconds = send(channel, clock)
    assert (state, seconds) == ("pending", 90)
    assert "429" in error
    assert not send_next(channel.id, clock)
    clock.pass_(90)
    assert attempt(channel, clock)[0] == "sent"
    assert len(receiver.received) == 2


@pytest.mark.parametrize(
    ("status", "word"),
    [(410, "channel_is_archived"), (404, "no_service"), (400, "invalid_payload")],
)
def test_what_slack_refuses_has_failed_for_good(
    receiver: Receiver, clock: Clock, status: int, word: str
) -> None:
    channel = slack(receiver.url())
    receiver.answers = [Answer(status, word)]
    state, error, _ = send(channel, clock)
    assert state == "failed"
    assert f"{status}: {word}" in error
    clock.pass_(100_000)
    assert not send_next(channel.id, clock)


@pytest.mark.parametrize("answer", [Answer(hangs=True), Answer(resets=True), Answer(504)])
def test_without_an_answer_slack_is_not_asked_again_and_a_webhook_is_with_its_key(
    receiver: Receiver, clock: Clock, short_wait: None, answer: Answer
) -> None:
    receiver.answers = [answer, answer]
    first, second = slack(receiver.url("/slack")), webhook(receiver.url("/hook"))
    assert send(first, clock)[0] == "may_have_arrived"
    assert send(second, clock)[0] == "pending"
    clock.pass_(10)
    assert not send_next(first.id, clock)
    assert attempt(second, clock)[0] == "sent"
    _, one, again = receiver.received
    assert one.headers["Idempotency-Key"] == again.headers["Idempotency-Key"]
    assert one.body == again.body


def test_an_answer_that_comes_late_leads_to_a_second_request_with_the_same_key(
    receiver: Receiver, clock: Clock, short_wait: None
) -> None:
    receiver.answers = [Answer(late=True)]
    channel = webhook(receiver.url())
    assert send(channel, clock)[0] == "pending"
    receiver.release.set()
    clock.pass_(10)
    assert attempt(channel, clock)[0] == "sent"
    assert len({request.headers["Idempotency-Key"] for request in receiver.received}) == 1
    assert len(receiver.received) == 2


def test_a_webhook_gets_signed_json(receiver: Receiver, clock: Clock) -> None:
    assert send(webhook(receiver.url("/hook?token=abcdefgh")), clock)[0] == "sent"
    [request] = receiver.received
    signed = hmac.new(SIGNING.encode(), request.body, hashlib.sha256).hexdigest()
    assert request.headers["X-Proto-DDF-Signature"] == f"sha256={signed}"
    assert request.json == {
        "id": request.headers["Idempotency-Key"],
        "reason": "alert",
        "priority": "high",
        "title": NOTE.title,
        "text": NOTE.text,
        "link": LINK,
        "incident_id": "",
    }


def test_an_answer_that_cannot_be_decoded_is_an_answer(receiver: Receiver, clock: Clock) -> None:
    receiver.answers = [Answer(200, "no gzip", {"Content-Encoding": "gzip"})]
    assert send(webhook(receiver.url()), clock)[0] == "sent"


def test_a_redirect_is_not_followed(receiver: Receiver, clock: Clock) -> None:
    receiver.answers = [Answer(302, "", {"Location": receiver.url("/elsewhere")})]
    assert send(webhook(receiver.url()), clock)[0] == "failed"
    assert [request.path for request in receiver.received] == ["/hook"]


def test_a_closed_port_is_tried_again(clock: Clock) -> None:
    channel = slack(f"http://127.0.0.1:{free_port()}/hook")
    state, error, seconds = send(channel, clock)
    assert (state, seconds) == ("pending", 10)
    assert error
    for wait in (30, 90):
        clock.pass_(seconds)
        state, _, seconds = attempt(channel, clock)
        assert (state, seconds) == ("pending", wait)


def test_the_metadata_service_of_a_cloud_gets_nothing(clock: Clock) -> None:
    state, error, _ = send(webhook("http://169.254.169.254/latest"), clock)
    assert state == "failed"
    assert "169.254.169.254" in error


def test_a_certificate_is_checked_against_the_name(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", certificates().write_authority(tmp_path / "ca.pem"))
    http._tls.cache_clear()
    for shown, state in ((certificates().good, "sent"), (certificates().wrong_host, "pending")):
        with http_receiver(server_side(shown, tmp_path)) as receiver:
            name = f"Hook {state}"
            assert send(webhook(receiver.url(host="localhost"), name), clock)[0] == state
    http._tls.cache_clear()


def server_side(certificate: Certificate, folder: Path) -> ssl.SSLContext:
    path = folder / "server.pem"
    path.write_bytes(certificate.key + certificate.chain)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def test_linear_gets_an_issue_with_an_id_of_our_own(linear_server: LinearApi, clock: Clock) -> None:
    assert send(linear(), clock)[:2] == ("sent", "https://linear.app/i/OPS-1")
    [issue] = linear_server.issues.values()
    assert issue["id"] == deliveries()[0].message_id
    assert (issue["title"], issue["priority"]) == (NOTE.title, 2)
    assert issue["description"] == f"The disk is full.\n\n{LINK}"


def test_an_issue_that_was_made_without_an_answer_is_found(
    linear_server: LinearApi, receiver: Receiver, clock: Clock, short_wait: None
) -> None:
    def makes_it_and_hangs(request: Any) -> Answer:
        linear_server(request)
        receiver.usual = linear_server
        return Answer(hangs=True)

    receiver.usual = makes_it_and_hangs
    channel = linear()
    assert send(channel, clock)[0] == "pending"
    clock.pass_(10)
    assert attempt(channel, clock)[0] == "sent"
    assert len(linear_server.issues) == 1


@pytest.mark.parametrize(
    ("status", "extensions", "state"),
    [
        (400, {"code": "RATELIMITED", "type": "ratelimited"}, "pending"),
        (200, {"code": "INTERNAL_SERVER_ERROR", "type": "internal error"}, "pending"),
        (200, {"code": "FORBIDDEN", "type": "forbidden"}, "failed"),
        (200, {"userPresentableMessage": "Title is too long."}, "failed"),
    ],
)
def test_linears_errors(
    linear_server: LinearApi,
    clock: Clock,
    status: int,
    extensions: dict[str, str],
    state: str,
) -> None:
    refusal = {"status": status, "message": "No.", "extensions": extensions}
    linear_server.refusals = [refusal]
    found, error, _ = send(linear(), clock)
    assert found == state
    assert extensions.get("userPresentableMessage", "No.") in error
    assert linear_server.issues == {}


def test_a_wrong_key_and_a_wrong_team_of_linear_fail_for_good(
    linear_server: LinearApi, clock: Clock
) -> None:
    state, error, _ = send(linear(key="lin_api_wrong"), clock)
    assert state == "failed"
    assert "not authenticated" in error
    other = linear(team="another", name="Other team")
    state, error, _ = send(other, clock)
    assert state == "failed"
    assert "Entity not found: Team" in error


def test_what_is_no_key_of_linear_is_refused_before_it_is_sent(
    linear_server: LinearApi, receiver: Receiver, clock: Clock
) -> None:
    state, error, _ = send(linear(key="lin_api\nkey"), clock)
    assert state == "failed"
    assert "no API key" in error
    assert receiver.received == []


def test_linear_behind_a_page_of_html_is_asked_again(
    linear_server: LinearApi, receiver: Receiver, clock: Clock
) -> None:
    receiver.answers = [Answer(200, "<html>"), Answer(200, "<html>")]
    assert send(linear(), clock)[0] == "pending"


def test_a_mail_has_a_subject_a_link_and_a_message_id(mail: MailServer, clock: Clock) -> None:
    assert send(email(mail.port), clock)[:2] == ("sent", "")
    [got] = mail.mails
    assert got["Subject"] == NOTE.title
    assert got["To"] == "ann@example.com, Bob <bob@example.com>"
    assert got["Message-ID"] == f"<{deliveries()[0].message_id}@example.com>"
    assert got["X-Priority"] == "2 (High)"
    assert b"\n" not in mail.raw[-1].replace(b"\r\n", b"")
    assert got.get_content().split("\r\n") == ["The disk is full.", "", LINK, ""]


@pytest.mark.parametrize(
    ("told", "state", "words"),
    [
        ({"sender": "450 try later"}, "pending", "450 try later"),
        ({"data": "450 busy"}, "pending", "450 busy"),
        ({"data": "554 spam"}, "failed", "554 spam"),
        ({"sender": "550 no such sender"}, "failed", "550"),
        ({"breaks_after_data": True}, "may_have_arrived", "did not confirm"),
        ({"farewell": "554 no farewell"}, "sent", ""),
    ],
)
def test_what_a_mail_server_answers(
    mail: MailServer, clock: Clock, told: dict[str, Any], state: str, words: str
) -> None:
    for name, value in told.items():
        setattr(mail, name, value)
    found, error, _ = send(email(mail.port), clock)
    assert found == state
    assert words in error


def test_a_recipient_that_is_refused_keeps_no_other_from_the_mail(
    mail: MailServer, clock: Clock
) -> None:
    mail.recipients = {"bob@example.com": "550 unknown"}
    channel = email(mail.port)
    assert send(channel, clock)[:2] == ("sent", "Not taken for bob@example.com")
    mail.recipients["ann@example.com"] = "550 unknown"
    state, error, _ = send(channel, clock)
    assert state == "failed"
    assert "550 unknown" in error
    assert len(mail.mails) == 1


def test_a_wrong_password_fails_for_good(mail: MailServer, clock: Clock) -> None:
    state, error, _ = send(email(mail.port, password="wrong password"), clock)
    assert state == "failed"
    assert "refused the user name or the password" in error
    assert "wrong password" not in error


def test_starttls_protects_the_password_and_checks_the_name(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", certificates().write_authority(tmp_path / "ca.pem"))
    for shown, state in ((certificates().good, "sent"), (certificates().wrong_host, "pending")):
        with mail_server(server_side(shown, tmp_path)) as server:
            secure = {"security": "starttls", "host": "localhost"}
            assert send(email(server.port, f"Mail {state}", **secure), clock)[0] == state


def test_a_password_is_not_sent_in_the_clear_to_another_machine(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, error, _ = send(email(25, host="192.0.2.1"), clock)
    assert state == "failed"
    assert "without encryption" in error
    assert PASSWORD not in error


def test_apprise_sends_to_any_other_service(receiver: Receiver, clock: Clock) -> None:
    channel = apprise(f"json://127.0.0.1:{receiver.port}/any")
    assert send(channel, clock)[0] == "sent"
    [request] = receiver.received
    assert (request.json["title"], request.json["type"]) == (NOTE.title, "warning")
    receiver.answers = [Answer(500)]
    assert send(channel, clock)[0] == "may_have_arrived"
