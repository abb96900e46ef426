"""What is done to the mails: the hosts of the far end, its DNS, and a table of situations.

A situation is one mail from a sender of its own to one or more recipients, and for each recipient its
fate: the stage at which it is decided, the far end's reply in full, and the reason in the words of the
vocabulary. This table is the truth that the captured reports and logs are compared with.
"""
from dataclasses import dataclass, field
from typing import Optional

# The system under test.
DOMAIN, HOSTNAME, ADDRESS = "example.org", "mx.example.org", "192.0.2.1"

# A local user for each situation; neutral words, so that no name sounds like a reason.
SENDERS = """
ada bela carl dora egon fay gert hana igor jana karl lena milo nora olaf pia quinn rosa sven tina ugo vera wim
xenia yves zoe anna bert cleo dirk elsa finn gina hugo inga joost kaja leo mara nils oda paul rita stig thea
ulla vito wanda xaver yara zeno alma boris clara denis ella felix greta hanno iris jonas klara lars marta noel
otis petra ralf silke timo urs viola walt yoko aldo britt curt doris enno frida golo heidi ivo juna kuno lilo
maja nele zita arno beate cora
""".split()


@dataclass(frozen=True)
class Host:
    """One host of the far end. A greeting of None: nobody listens; SILENT: it never says a word."""
    name: str
    address: str
    domains: tuple
    greeting: Optional[str] = ""
    extensions: tuple = ("PIPELINING", "SIZE 10240000", "ENHANCEDSTATUSCODES", "8BITMIME", "DSN", "SMTPUTF8")
    starttls: str = "502 5.5.1 Error: command not implemented"
    lacks: tuple = ()
    preference: int = 10
    lmtp: bool = False
    latin1: bool = False

    def __post_init__(self):
        if self.greeting == "":
            object.__setattr__(self, "greeting", "220 %s ESMTP" % self.name)


BUSY = "421 4.3.2 mx.busy.example.com Service not available, too busy, closing transmission channel"
BLOCKED = ("554-mx.shut.example.net\n554-Your access to this mail system has been rejected due to the sending "
           "MTA's poor reputation.\n554 If you believe that this is in error, please contact the intended "
           "recipient via alternate means.")
NO_MAIL = "521 5.3.2 web.example.net does not accept mail"
NO_TLS = "454 4.7.0 TLS not available due to temporary reason"
GMAIL = ("SIZE 157286400", "8BITMIME", "ENHANCEDSTATUSCODES", "PIPELINING", "CHUNKING", "SMTPUTF8")

HOSTS = (
    Host("mx.example.com", "192.0.2.10", ("example.com", "xn--bcher-kva.example.com")),
    # A large provider's: no DSN, so success there is "relayed".
    Host("mx1.example.net", "192.0.2.20", ("example.net",), extensions=GMAIL),
    # From before ESMTP: no extension, no enhanced codes.
    Host("old.example.net", "192.0.2.22", ("old.example.net",), "220 old.example.net SMTP", (),
         lacks=("EHLO", "BDAT", "STARTTLS"), latin1=True),
    Host("mx.busy.example.com", "192.0.2.23", ("busy.example.com",), BUSY),
    Host("mx.shut.example.net", "192.0.2.24", ("shut.example.net",), BLOCKED),
    Host("mx.closed.example.com", "192.0.2.25", ("closed.example.com",), None),
    Host("mx.mute.example.com", "192.0.2.26", ("mute.example.com",), "SILENT"),
    Host("web.example.net", "192.0.2.27", ("web.example.net",), NO_MAIL),
    Host("mx.half.example.com", "192.0.2.28", ("half.example.com",), starttls=NO_TLS,
         extensions=("PIPELINING", "SIZE 10240000", "STARTTLS", "ENHANCEDSTATUSCODES", "8BITMIME", "DSN")),
    Host("mx.small.example.com", "192.0.2.29", ("small.example.com",),
         extensions=("SIZE 1000", "ENHANCEDSTATUSCODES", "8BITMIME", "DSN")),
    # One that loses connections, one that turns mail away for now, one that knows no international mail.
    Host("mx.cut.example.com", "192.0.2.33", ("cut.example.com",)),
    Host("mx.lost.example.com", "192.0.2.34", ("lost.example.com",)),
    Host("mx.later.example.net", "192.0.2.35", ("later.example.net",), extensions=GMAIL),
    Host("mx.ascii.example.com", "192.0.2.36", ("ascii.example.com",),
         extensions=("PIPELINING", "SIZE 10240000", "ENHANCEDSTATUSCODES", "8BITMIME", "DSN")),
    # Two exchangers: the better one refuses connections.
    Host("mx1.two.example.com", "192.0.2.31", ("two.example.com",), None),
    Host("mx2.two.example.com", "192.0.2.32", ("two.example.com",), preference=20),
    Host("mx.six.example.com", "2001:db8::25", ("six.example.com",)),
    # Off loopback, where no route leads: "Network is unreachable".
    Host("mx.away.example.net", "198.51.100.7", ("away.example.net",), None),
    Host("store.example.net", "192.0.2.30", ("store.example.net",), "220 store.example.net LMTP ready",
         ("PIPELINING", "ENHANCEDSTATUSCODES", "8BITMIME"), lmtp=True),
)

NULL_MX, LAME, FAILING = "nomail.example.com", "lame.example.com", "broken.example.net"
LMTP_DOMAIN = "store.example.net"


@dataclass(frozen=True)
class Fate:
    """What becomes of one recipient. `at` is the command that decided, or CONNECT, EOM, DNS, LOCAL,
    CLIENT (the server under test decides alone). `after`: refused so often, then accepted. `announced`: the
    far end's limits said so beforehand, and a client may heed them without asking."""
    recipient: str
    at: str
    reply: Optional[str] = None
    reason: Optional[str] = None
    lasting: bool = True
    kind: Optional[str] = None
    after: Optional[int] = None
    host: Optional[str] = None
    original: Optional[str] = None
    announced: bool = False


def says(recipient, at, reply, reason, **more):
    """The far end answers."""
    return Fate(recipient, at, reply, reason, lasting=reply[0] == "5", **more)


def meets(recipient, at, reason, lasting=True, **more):
    """No reply is had: DNS, connections, or the server's own decision."""
    return Fate(recipient, at, None, reason, lasting, **more)


def taken(recipient, kind="relayed", at="EOM"):
    """The recipient is accepted; `kind` is what a report of success says."""
    return Fate(recipient, at, kind=kind)


@dataclass(frozen=True)
class Situation:
    name: str
    fates: tuple
    subject: str = "Minutes of Tuesday"
    notify: Optional[str] = None
    ret: Optional[str] = None
    headers: str = ""
    body: str = "The minutes are on the shelf, as ever.\n\nYours\n"
    smtputf8: bool = False
    to: Optional[str] = None            # envelope recipients where they differ from the fates' (aliases)
    sender: str = field(default="", compare=False)

    @property
    def recipients(self):
        return self.to.split() if self.to else [fate.recipient for fate in self.fates]


def one(name, *args, **more):
    return Situation(name, (says(*args),), **more)


LONG_BODY = "".join("%03d: one line of a mail that is longer than the others.\n" % n for n in range(40))

SITUATIONS = (
    # What is refused for good, recipient by recipient.
    one("no-user", "lee@example.com", "RCPT",
        "550 5.1.1 <{recipient}>: Recipient address rejected: User unknown in virtual mailbox table",
        "mailbox-unknown"),
    one("no-user-plain", "max@old.example.net", "RCPT", "550 No such user here", "mailbox-unknown"),
    one("no-user-lines", "kim@example.net", "RCPT",
        "550-5.1.1 The email account that you tried to reach does not exist. Please try\n"
        "550-5.1.1 double-checking the recipient's email address for typos or\n"
        "550-5.1.1 unnecessary spaces. For more information, go to\n"
        "550 5.1.1  https://support.google.com/mail/?p=NoSuchUser a1-20020a0564021a4100 - gsmtp",
        "mailbox-unknown"),
    one("no-user-access", "rob@example.com", "RCPT",
        "550 5.4.1 Recipient address rejected: Access denied. For more information see https://aka.ms/EXOSmtpErrors "
        "[DB5EUR03FT042.eop-EUR03.prod.protection.outlook.com]", "mailbox-unknown"),
    one("no-user-six", "sam@six.example.com", "RCPT", "550 5.1.1 <{recipient}> User doesn't exist",
        "mailbox-unknown"),
    one("no-user-second-mx", "ben@two.example.com", "RCPT", "550 5.1.1 <{recipient}>... User unknown",
        "mailbox-unknown", subject="Re: the second house"),
    one("no-user-latin1", "luc@old.example.net", "RCPT", "550 Bo\u00eete inconnue: utilisateur inexistant",
        "mailbox-unknown"),
    one("no-user-chinese", "wei@example.com", "RCPT",
        "550 5.1.1 \u6536\u4ef6\u4eba\u4e0d\u5b58\u5728 User not found: {recipient}", "mailbox-unknown"),
    one("moved", "ron@example.com", "RCPT",
        "551 5.1.6 User has moved; please try <ronald@example.net>", "mailbox-moved"),
    one("disabled", "amy@example.net", "RCPT",
        "550-5.2.1 The email account that you tried to reach is inactive. For more\n"
        "550-5.2.1 information, go to\n"
        "550 5.2.1  https://support.google.com/mail/?p=DisabledUser b2-20020a17090a fa02 - gsmtp",
        "mailbox-disabled"),
    one("full", "tom@example.com", "RCPT",
        "552 5.2.2 <{recipient}>: Recipient address rejected: Mailbox is full", "mailbox-full"),
    one("full-lines", "una@example.net", "RCPT",
        "552-5.2.2 The recipient's inbox is out of storage space and inactive. Please\n"
        "552-5.2.2 direct the recipient to\n"
        "552 5.2.2  https://support.google.com/mail/?p=OverQuotaPerm c3-20020a05600c 14ab - gsmtp",
        "mailbox-full"),
    one("full-plain", "ted@old.example.net", "RCPT", "552 Requested mail action aborted: exceeded storage allocation",
        "mailbox-full"),
    one("syntax", "x..y@example.com", "RCPT", "553 5.1.3 <{recipient}>: Recipient address has malformed local part",
        "address-syntax"),
    one("relay", "vic@example.com", "RCPT", "554 5.7.1 <{recipient}>: Relay access denied", "relay-denied"),
    one("blocklist", "uwe@example.com", "RCPT",
        "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org; "
        "https://www.spamhaus.org/query/ip/192.0.2.1", "ip-blocked"),
    one("reverse-dns", "max@example.com", "RCPT",
        "550 5.7.25 Client host rejected: cannot find your reverse hostname, [192.0.2.1]", "reverse-dns"),
    one("group", "staff@example.com", "RCPT",
        "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required; Delivery restriction "
        "check failed because the sender was not authenticated when sending to this group", "recipient-refused"),
    one("bare", "gus@old.example.net", "RCPT", "550", "unknown"),
    # Refused before the recipient.
    one("sender", "eve@example.com", "MAIL", "553 5.1.8 <{sender}>... Domain of sender address {sender} does not exist",
        "sender-rejected"),
    one("too-big-mail", "liz@example.com", "MAIL", "552 5.3.4 Message size exceeds fixed maximum message size",
        "message-too-big", body=LONG_BODY),
    one("starttls", "pam@example.com", "MAIL", "530 5.7.0 Must issue a STARTTLS command first", "tls"),
    one("auth", "sue@example.com", "MAIL", "530 5.7.0 Authentication required", "client-auth"),
    one("shut", "jim@shut.example.net", "CONNECT", BLOCKED, "reputation"),
    one("web", "jon@web.example.net", "CONNECT", NO_MAIL, "domain-no-mail"),
    # Refused at the end of the message.
    one("spam", "meg@example.com", "EOM", "554 5.7.1 Message rejected as spam by Content Filtering.", "spam-content"),
    one("virus", "dan@example.com", "EOM", "550 5.7.1 This message contains a virus (Eicar-Test-Signature)", "malware"),
    one("sender-auth", "joe@example.net", "EOM",
        "550-5.7.26 This mail has been blocked because the sender is unauthenticated.\n"
        "550-5.7.26 Gmail requires all senders to authenticate with either SPF or DKIM.\n"
        "550-5.7.26 \n"
        "550-5.7.26  Authentication results:\n"
        "550-5.7.26  DKIM = did not pass\n"
        "550-5.7.26  SPF [example.org] with ip: [192.0.2.1] = did not pass\n"
        "550-5.7.26 \n"
        "550-5.7.26  For instructions on setting up authentication, go to\n"
        "550 5.7.26  https://support.google.com/mail/answer/81126#authentication d4-20020a170902ea - gsmtp",
        "sender-auth"),
    one("attachment", "ann@example.net", "EOM",
        "552-5.7.0 This message was blocked because its content presents a potential\n"
        "552-5.7.0 security issue. To review our message content and attachment content\n"
        "552-5.7.0 guidelines, go to\n"
        "552 5.7.0  https://support.google.com/mail/?p=BlockedMessage e5-20020a5d4bc0 - gsmtp", "content-rejected"),
    one("non-compliant", "guy@example.net", "EOM",
        "550-5.7.1 Messages missing a valid messageId header are not\n"
        "550 5.7.1 accepted. f6-20020adfe6c4 - gsmtp", "non-compliant"),
    one("too-big", "sid@example.com", "EOM", "552 5.3.4 Message too big for system", "message-too-big",
        body=LONG_BODY),
    one("hops", "hal@example.com", "EOM", "554 5.4.6 Too many hops 26 (25 max): from <{sender}>", "routing-loop"),
    one("data", "ira@example.com", "DATA", "554 5.5.1 Error: no valid recipients", "protocol"),
    # Put off, then given up.
    one("full-later", "roy@example.com", "RCPT", "452 4.2.2 <{recipient}>: Mailbox full, try again later",
        "mailbox-full"),
    one("recipient-rate", "kay@example.net", "RCPT",
        "450-4.2.1 The user you are trying to contact is receiving mail at a rate that\n"
        "450-4.2.1 prevents additional messages from being delivered. Please resend your\n"
        "450-4.2.1 message at a later time. If the user is able to receive mail at that\n"
        "450-4.2.1 time, your message will be delivered. For more information, go to\n"
        "450 4.2.1  https://support.google.com/mail/?p=ReceivingRate g7-20020ac85ad1 - gsmtp", "recipient-rate"),
    one("greylist-forever", "una@example.com", "RCPT",
        "451 4.7.1 Greylisting in action, please come back later", "greylisted"),
    one("disk", "ray@example.com", "RCPT", "452 4.3.1 Insufficient system storage", "system-full"),
    one("fault", "mel@example.com", "EOM", "451 4.3.0 Error: queue file write error", "system-error"),
    one("rate", "abe@later.example.net", "EOM",
        "421-4.7.28 Gmail has detected an unusual rate of unsolicited mail originating from\n"
        "421-4.7.28 your IP address. To protect our users from spam, mail has been temporarily\n"
        "421-4.7.28 rate limited. For more information, go to\n"
        "421 4.7.28  https://support.google.com/mail/?p=UnsolicitedRateLimitError h8-20020a63 - gsmtp",
        "rate-limited"),
    one("reputation", "lou@later.example.net", "MAIL",
        "451 4.7.650 The mail server [192.0.2.1] has been temporarily rate limited due to IP reputation. For e-mail "
        "delivery information, see https://postmaster.live.com (S775)", "reputation"),
    one("busy", "kai@busy.example.com", "CONNECT", BUSY, "system-error"),
    one("half-tls", "bob@half.example.com", "STARTTLS", NO_TLS, "tls"),
    Situation("greylist", (says("ian@example.com", "RCPT",
                                "451 4.7.1 <{recipient}>: Recipient address rejected: Greylisted, see "
                                "https://postgrey.example.com/help/example.com.html", "greylisted", after=3),)),
    # No reply at all.
    Situation("no-domain", (meets("nan@no-such-name.example.net", "DNS", "domain-unknown"),)),
    Situation("null-mx", (meets("pat@" + NULL_MX, "DNS", "domain-no-mail"),)),
    Situation("lame-mx", (meets("val@" + LAME, "DNS", "domain-unknown"),)),
    Situation("dns-fails", (meets("ida@" + FAILING, "DNS", "dns-failure", False),)),
    Situation("refused", (meets("jay@closed.example.com", "CONNECT", "unreachable", False),)),
    Situation("no-route", (meets("kit@away.example.net", "CONNECT", "unreachable", False),)),
    Situation("mute", (meets("mia@mute.example.com", "CONNECT", "unreachable", False),)),
    Situation("cut-rcpt", (Fate("lyn@cut.example.com", "RCPT", "CUT", "unreachable", False),)),
    Situation("cut-end", (Fate("mac@lost.example.com", "EOM", "CUT", "unreachable", False),)),
    Situation("announced-size", (says("nat@small.example.com", "MAIL", "552 5.3.4 Message size exceeds fixed limit",
                                      "message-too-big", announced=True),), body=LONG_BODY),
    # Several recipients.
    Situation("mixed", (
        taken("art@example.com"),
        says("bud@example.com", "RCPT", "550 5.1.1 <{recipient}>: Recipient address rejected: User unknown",
             "mailbox-unknown"),
        says("cal@example.com", "RCPT", "552 5.2.2 <{recipient}>: mailbox over quota", "mailbox-full"),
        says("deb@old.example.net", "RCPT", "550 deb: mailbox is disabled", "mailbox-disabled"),
    ), subject="To all four"),
    Situation("mixed-times", (
        says("eli@example.com", "RCPT", "550 5.1.1 <{recipient}>: User unknown", "mailbox-unknown"),
        says("flo@example.com", "RCPT", "450 4.2.0 <{recipient}>: Mailbox is locked, try again later",
             "mailbox-disabled"),
        meets("gil@closed.example.com", "CONNECT", "unreachable", False),
    ), subject="One now, two later"),
    Situation("too-many", (
        taken("a1@example.com"), taken("a2@example.com"),
        says("a3@example.com", "RCPT", "452 4.5.3 Error: too many recipients", "too-many-recipients"),
    ), subject="A long list"),
    Situation("lmtp", (
        taken("hans@" + LMTP_DOMAIN),
        says("ilse@" + LMTP_DOMAIN, "RCPT", "550 5.1.1 <{recipient}> User doesn't exist: {recipient}",
             "mailbox-unknown"),
        says("jo@" + LMTP_DOMAIN, "EOM", "552 5.2.2 <{recipient}> Quota exceeded (mailbox for user is full)",
             "mailbox-full"),
    )),
    # Reports of success (RFC 3461).
    Situation("success", (taken("ole@example.net"),), notify="SUCCESS,FAILURE,DELAY", ret="HDRS"),
    Situation("success-local", (taken("zita@example.org", "delivered", "LOCAL"),), notify="SUCCESS"),
    Situation("success-mixed", (
        taken("pip@example.net"),
        says("rex@example.net", "RCPT", "550 5.1.1 {recipient}: no such mailbox", "mailbox-unknown"),
    ), notify="SUCCESS,FAILURE", ret="FULL", subject="Who has read this?"),
    # International addresses (RFC 6531).
    Situation("utf8-user", (says("j\u00fcrg@example.com", "RCPT",
                                 "550 5.1.1 <{recipient}>: Recipient address rejected: User unknown",
                                 "mailbox-unknown"),),
              smtputf8=True, subject="Gr\u00fc\u00dfe"),
    Situation("utf8-refused", (meets("m\u00f6ri@ascii.example.com", "CLIENT", "protocol"),),
              smtputf8=True, subject="Gr\u00fc\u00dfe"),
    Situation("utf8-domain", (says("rolf@xn--bcher-kva.example.com", "RCPT", "550 5.1.1 <{recipient}>: User unknown",
                                   "mailbox-unknown"),)),
    # What the server decides alone.
    Situation("local-no-user", (meets("nobody-home@example.org", "LOCAL", "mailbox-unknown"),)),
    Situation("local-full", (meets("cora@example.org", "LOCAL", "mailbox-full"),), body=LONG_BODY),
    Situation("local-loop", (meets("beate@example.org", "LOCAL", "routing-loop"),),
              headers="Delivered-To: beate@example.org\n"),
    Situation("local-hops", (meets("ham@example.com", "LOCAL", "routing-loop"),),
              headers="".join("Received: from relay%d.example.net by relay%d.example.net; "
                              "Tue, 3 Mar 2026 10:00:00 +0000\n" % (n, n + 1) for n in range(105))),
    Situation("local-program", (meets("press@example.org", "LOCAL", "system-error"),)),
    Situation("local-reject", (meets("arno@example.org", "LOCAL", "recipient-refused"),)),
    Situation("local-away", (taken("beate@example.org", "auto-reply", "LOCAL"),)),
    Situation("alias", (
        says("viv@example.com", "RCPT", "550 5.1.1 <{recipient}>: User unknown", "mailbox-unknown",
             original="team@example.org"),
        taken("wes@example.com"),
    ), to="team@example.org", subject="For the team"),
)

ALIASES = {"team": "viv@example.com, wes@example.com", "press": '"|exit 70"', "postmaster": "root"}

BY_NAME = {}
for situation, sender in zip(SITUATIONS, SENDERS):
    object.__setattr__(situation, "sender", "%s@%s" % (sender, DOMAIN))
    BY_NAME[situation.name] = situation
assert len(SITUATIONS) <= len(SENDERS) - 4 and len(BY_NAME) == len(SITUATIONS)
