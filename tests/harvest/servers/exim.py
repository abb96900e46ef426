"""Exim: the heavy daemon with DSN and SMTPUTF8, its own small configuration."""
import situations
from servers import Base, pick

CONFIGURE = r"""
primary_hostname = mx.example.org
qualify_domain = example.org
domainlist local_domains = example.org : mx.example.org : localhost
hostlist relay_from_hosts = 127.0.0.1 : ::1
acl_smtp_rcpt = acl_check_rcpt
acl_smtp_data = accept
tls_advertise_hosts =
dsn_advertise_hosts = *
smtputf8_advertise_hosts = *
daemon_smtp_ports = 25
local_interfaces = 127.0.0.1 : 192.0.2.1
exim_user = Debian-exim
exim_group = Debian-exim
never_users = root
host_lookup = *
rfc1413_query_timeout = 0s
delay_warning = 5s:1h
delay_warning_condition = yes
ignore_bounce_errors_after = 30s
timeout_frozen_after = 30s
received_headers_max = 100
bounce_return_size_limit = 10K
spool_directory = /var/spool/exim4
log_file_path = /var/log/exim4/%slog
log_selector = +smtp_protocol_error +smtp_syntax_error +queue_time +deliver_time +received_recipients
message_size_limit = 50K
split_spool_directory = false
remote_max_parallel = 4
keep_environment =

begin acl

acl_check_rcpt:
  deny    message       = restricted characters in address
          local_parts   = ^[./|] : ^.*[@%!/|]
          domains       = +local_domains
  accept  hosts         = +relay_from_hosts
  require message       = relay not permitted
          domains       = +local_domains
  require verify        = sender
  require verify        = recipient
  accept

begin routers

lmtp:
  driver = manualroute
  domains = LMTP_DOMAIN
  transport = lmtp_smtp
  route_list = * store.example.net byname

dnslookup:
  driver = dnslookup
  domains = ! +local_domains
  transport = remote_smtp
  ignore_target_hosts = 0.0.0.0 : 127.0.0.0/8
  no_more

aliases:
  driver = redirect
  allow_fail
  allow_defer
  data = ${lookup{$local_part}lsearch{/etc/aliases}}
  user = mail
  file_transport = address_file
  pipe_transport = address_pipe

away:
  driver = accept
  local_parts = beate
  senders = ! : ! *-request@* : *@*
  transport = away
  unseen

localuser:
  driver = accept
  check_local_user
  transport = local_delivery
  cannot_route_message = Unknown user

begin transports

remote_smtp:
  driver = smtp
  interface = <; 192.0.2.1 ; 2001:db8::1
  connect_timeout = 2s
  command_timeout = 2s
  hosts_try_fastopen = :
  hosts_require_tls = mx.half.example.com
  dnssec_request_domains = :

lmtp_smtp:
  driver = smtp
  protocol = lmtp
  port = 24
  hosts_try_fastopen = :

local_delivery:
  driver = appendfile
  file = /var/mail/$local_part_data
  delivery_date_add
  envelope_to_add
  return_path_add
  quota = ${if eq{$local_part}{cora}{3K}{0}}
  quota_is_inclusive = true

away:
  driver = autoreply
  to = $sender_address
  from = beate@example.org
  subject = Away until Monday
  text = I am away until Monday. Urgent things: the desk.\n
  user = mail

address_pipe:
  driver = pipe
  return_output

address_file:
  driver = appendfile

begin retry

*  *   F,14s,5s

begin rewrite

begin authenticators
"""


class Server(Base):
    packages = ("exim4-daemon-heavy",)
    accounts = ("Debian-exim",)
    seconds = 36
    log = "/var/log/exim4/mainlog"
    queue_id_pattern = r"id=(\S+)"
    situations = pick(
        "no-user", "no-user-plain", "no-user-lines", "disabled", "full-lines", "syntax", "reverse-dns", "group",
        "virus", "sender-auth", "sender", "fault", "greylist", "no-domain", "null-mx", "lame-mx", "dns-fails",
        "refused", "cut-end", "mixed", "mixed-times", "lmtp", "success", "success-mixed", "utf8-user",
        "local-no-user", "local-full", "local-program", "local-away", "alias")

    def configure(self):
        world = self.world
        world.write("/etc/exim4/exim4.conf", CONFIGURE.replace("LMTP_DOMAIN", situations.LMTP_DOMAIN))
        for directory in ("/var/spool/exim4", "/var/log/exim4"):
            world.directory(directory, "Debian-exim", 0o750)
        world.path("/usr/sbin/exim4").chmod(0o4755)
        world.write("/var/mail/cora", "x" * 2999 + "\n", world.uid("cora"), 0o600)

    def start(self):
        self.world.start("/usr/sbin/exim4", "-bdf", "-q3s")
