"""Sendmail: its queue's reports with transcripts, DSN; Debian's has no SMTPUTF8."""
from servers import Base, pick

CONFIGURE = r"""
divert(-1)
include(`/usr/share/sendmail/cf/m4/cf.m4')
OSTYPE(`debian')
DOMAIN(`debian-mta')
undefine(`confHOST_STATUS_DIRECTORY')
define(`confDOMAIN_NAME', `mx.example.org')
define(`confLOG_LEVEL', `9')
define(`confMAX_HOP', `100')
define(`confTO_CONNECT', `2s')
define(`confTO_ICONNECT', `2s')
define(`confTO_INITIAL', `2s')
define(`confTO_QUEUEWARN', `4s')
define(`confTO_QUEUEWARN_NORMAL', `4s')
define(`confTO_QUEUERETURN', `16s')
define(`confTO_QUEUERETURN_NORMAL', `16s')
define(`confTO_QUEUERETURN_DSN', `16s')
define(`confMIN_QUEUE_AGE', `4s')
define(`confDELIVERY_MODE', `background')
define(`confDONT_PROBE_INTERFACES', `True')
define(`confTRY_NULL_MX_LIST', `False')
define(`confCOPY_ERRORS_TO', `')
define(`confPRIVACY_FLAGS', `authwarnings')
define(`confQUEUE_LA', `100')
define(`confREFUSE_LA', `100')
define(`LOCAL_MAILER_PATH', `/usr/local/bin/deliver')
define(`LOCAL_MAILER_ARGS', `deliver $u')
define(`LOCAL_MAILER_FLAGS', `PSE9')
FEATURE(`nouucp', `reject')
FEATURE(`no_default_msa')
FEATURE(`mailertable', `hash /etc/mail/mailertable')
DAEMON_OPTIONS(`Name=MTA, Addr=127.0.0.1, Port=25')
DAEMON_OPTIONS(`Name=MTA2, Addr=192.0.2.1, Port=25')
CLIENT_OPTIONS(`Addr=192.0.2.1')
MAILER(`local')
MAILER(`smtp')
LOCAL_CONFIG
Cwexample.org mx.example.org localhost
MAILER_DEFINITIONS
Mlmtp,	P=[IPC], F=mDFMuXzk, S=EnvFromSMTP/HdrFromSMTP, R=EnvToSMTP, E=\r\n, L=990,
		T=DNS/RFC822/SMTP, A=TCP $h 24
"""

# What local delivery does: append to the mailbox, with a limit for one user.
DELIVER = """#!/bin/sh
box=/var/mail/$1
if [ "$1" = cora ]; then
    echo "$1: mailbox is over quota"
    exit 69
fi
umask 077
cat >>"$box" && echo >>"$box"
"""


class Server(Base):
    packages = ("sendmail-bin", "sendmail-cf", "m4", "make")
    accounts = ("smmta", "smmsp")
    seconds = 40
    queue_id_pattern = r"2\.0\.0 (\w+) Message accepted"
    situations = pick(
        "no-user", "no-user-plain", "no-user-latin1", "no-user-second-mx", "moved", "full-plain", "relay",
        "too-big-mail", "shut", "non-compliant", "hops", "disk", "reputation", "busy", "no-domain", "null-mx",
        "lame-mx", "dns-fails", "refused", "cut-rcpt", "mixed", "mixed-times", "too-many", "success-local",
        "success-mixed", "local-no-user", "local-full", "local-program", "alias")

    def configure(self):
        world = self.world
        world.write("/etc/mail/sendmail.mc", CONFIGURE)
        world.run("sh", "-c", "m4 /etc/mail/sendmail.mc >/etc/mail/sendmail.cf")
        world.write("/usr/local/bin/deliver", DELIVER, mode=0o755)
        world.write("/etc/mail/mailertable.txt", "store.example.net\tlmtp:[store.example.net]\n")
        world.run("sh", "-c", "makemap hash /etc/mail/mailertable </etc/mail/mailertable.txt")
        world.run("ln", "-sf", "../aliases", "/etc/mail/aliases")
        world.run("ln", "-sf", "../libexec/sendmail/sendmail", "/usr/sbin/sendmail")
        for directory in ("/var/spool/mqueue", "/var/lib/sendmail", "/run/sendmail/mta"):
            world.directory(directory, 0, 0o750)
        world.run("sendmail", "-bi")

    def start(self):
        self.world.start("/usr/sbin/sendmail", "-bD", "-q4s")

    def submit_by_command(self, situation, message):
        """As the queue's own program: it takes an unknown user and sends the mail back."""
        self.world.status(["/usr/sbin/sendmail", "-Am", "-i", "-f", situation.sender, *situation.recipients], message)
