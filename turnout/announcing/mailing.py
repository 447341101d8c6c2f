"""Mails about events, by a mail server (SMTP)."""

import smtplib
import ssl
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime

from turnout.announcing.messages import EventData, line_of, person_of, text_of
from turnout.announcing.posting import TIMEOUT
from turnout.announcing.public_addresses import looked_up
from turnout.announcing.upshots import Delivered, Failed, Unsendable, Upshot
from turnout.frozen import frozen
from turnout.printable import visible
from turnout.project.endpoints import MailServer

_REFUSED = 500
"""From this code on a server says that it never will."""

_LONGEST_SUBJECT = 200


@frozen
class Mailer:
    """An adapter that writes mails. user, password: "" where the server asks for none."""

    email: MailServer
    user: str
    password: str
    is_private: bool

    def send(self, event: EventData, id_: str) -> Upshot:
        """Write to whom it concerns."""
        to = self._receivers(event)
        if not to:
            return Unsendable("nobody's address is known")
        try:
            self._sent(self.message(event, id_, to), to)
        except smtplib.SMTPResponseException as failure:
            said = f"{failure.smtp_code} {_text(failure.smtp_error)}"
            return Unsendable(said) if failure.smtp_code >= _REFUSED else Failed(said)
        except smtplib.SMTPRecipientsRefused as failure:
            code, refusal = next(iter(failure.recipients.values()))
            told = f"{code} {_text(refusal)}"
            return Unsendable(told) if code >= _REFUSED else Failed(told)
        except TimeoutError:
            return Failed("no answer in time")
        except (OSError, smtplib.SMTPException) as failure:
            return Failed(str(failure) or type(failure).__name__)
        return Delivered()

    def message(self, event: EventData, id_: str, to: list[str]) -> EmailMessage:
        """Return the mail. What comes from a lead can end neither a header nor the text."""
        message = EmailMessage()
        message["From"] = self.email.sender
        message["To"] = ", ".join(to)
        message["Subject"] = visible(line_of(event))[:_LONGEST_SUBJECT]
        message["Date"] = format_datetime(datetime.now(UTC))
        domain = self.email.sender.rpartition("@")[2].strip("<> ")
        message["Message-ID"] = f"<{id_}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence answers it
        lines = (visible(line) for line in text_of(event).split("\n"))
        message.set_content("\n".join(lines) + "\n")
        return message

    def _receivers(self, event: EventData) -> list[str]:
        person = self.email.people.get(person_of(event))
        return list(dict.fromkeys([*self.email.to, *([person] if person else [])]))

    def _sent(self, message: EmailMessage, to: list[str]) -> None:
        email, tls = self.email, ssl.create_default_context()
        looked_up(email.host, email.port, is_private=self.is_private)
        if email.encryption == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                email.host, email.port, timeout=TIMEOUT, context=tls
            )
        else:
            server = smtplib.SMTP(email.host, email.port, timeout=TIMEOUT)
        with server:
            if email.encryption == "starttls":
                server.starttls(context=tls)
            if self.user:
                server.login(self.user, self.password)
            server.send_message(message, to_addrs=to)


def _text(said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return visible(text)[:_LONGEST_SUBJECT]
