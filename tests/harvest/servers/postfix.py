"""Postfix: all its own queue manager's reports, local(8), lmtp(8); DSN and SMTPUTF8."""
import situations
from servers import Base, pick

MAIN = """compatibility_level = 3.6
myhostname = mx.example.org
mydomain = example.org
myorigin = example.org
mydestination = example.org, mx.example.org, localhost
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1, 192.0.2.1
smtp_bind_address = 192.0.2.1
# Unknown users get in, so that local(8) sends them back.
local_recipient_maps =
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
smtpd_recipient_restrictions = permit_mynetworks, reject_unknown_sender_domain
smtpd_helo_required = yes
alias_maps = hash:/etc/aliases
alias_database = hash:/etc/aliases
transport_maps = inline:{{ {lmtp}=lmtp:inet:[store.example.net]:24 }}
mailbox_size_limit = 20000
message_size_limit = 20000
hopcount_limit = 100
default_database_type = hash
queue_run_delay = 2s
minimal_backoff_time = 5s
maximal_backoff_time = 5s
maximal_queue_lifetime = 16s
bounce_queue_lifetime = 16s
delay_warning_time = 4s
transport_retry_time = 3s
smtp_helo_timeout = 2s
smtp_connect_timeout = 2s
smtp_tls_security_level = may
smtp_tls_policy_maps = inline:{{ half.example.com=encrypt }}
smtpd_peername_lookup = yes
smtpd_delay_reject = yes
maillog_file =
"""


class Server(Base):
    packages = ("postfix",)
    accounts = ("postfix", "postdrop")
    seconds = 32
    situations = pick(
        "no-user", "no-user-plain", "no-user-lines", "no-user-six", "no-user-second-mx", "no-user-latin1",
        "no-user-chinese", "blocklist", "bare", "starttls", "shut", "spam", "data", "full-later", "rate",
        "half-tls", "greylist", "no-domain", "null-mx", "dns-fails", "refused", "mute", "cut-end",
        "announced-size", "mixed", "mixed-times", "lmtp", "success", "success-local", "success-mixed",
        "utf8-user", "utf8-refused", "local-no-user", "local-full", "local-loop", "local-hops", "local-program",
        "alias")

    queue_id_pattern = r"queued as (\w+)"

    def configure(self):
        world = self.world
        world.write("/etc/postfix/main.cf", MAIN.format(lmtp=situations.LMTP_DOMAIN))
        world.path("/etc/postfix/master.cf").write_bytes(world.path("/usr/share/postfix/master.cf.dist").read_bytes())
        # Debian's default runs most services in a chroot that its maintainer scripts fill; there is one round all here.
        world.run("postconf", "-F", "*/*/chroot=n")
        world.run("postalias", "/etc/aliases")
        world.directory("/var/spool/postfix")
        world.directory("/var/lib/postfix", "postfix")
        world.run("postfix", "set-permissions", check=False)
        world.write("/var/mail/cora", "x" * 19000 + "\n", world.uid("cora"), 0o600)

    def start(self):
        self.world.run("postfix", "start")

    def stop(self):
        self.world.run("postfix", "stop", check=False)
