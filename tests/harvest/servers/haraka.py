"""Haraka: a server in JavaScript. Debian has no package of it, so it is run only when named: it comes from
the npm registry (Node.js itself from Debian). Its reports for senders of its own come back by SMTP.
"""
from servers import Base, pick

FILES = {
    "smtp.ini": "listen=127.0.0.1:25,192.0.2.1:25\n",
    "me": "mx.example.org\n",
    "host_list": "example.org\n",
    "plugins": "own_clients\nrcpt_to.in_host_list\nqueue/smtp_forward\n",
    "outbound.ini": "local_mx_ok=true\nenable_tls=false\nconnect_timeout=2\ntemp_fail_intervals=5s*3\n"
                    "received_header=Haraka outbound\n",
    "smtp_forward.ini": "enable_outbound=false\nhost=192.0.2.10\nport=25\n",
    # Its own would put 8 KB of picture into each report.
    "outbound.bounce_message_image": "",
    "log.ini": "[main]\nlevel=info\ntimestamps=true\nformat=default\n",
}

# Mail from this machine may go out.
OWN_CLIENTS = """exports.hook_connect = (next, connection) => {
  if (connection.remote.ip === '127.0.0.1') connection.relaying = true;
  next();
};
"""


class Server(Base):
    packages = ("nodejs", "openssl")
    npm = "Haraka@3.1.1"
    npm_before = "2025-12-31"   # with dependencies as they were then
    seconds = 40
    queue_id_pattern = r"Queued \(([\w.-]+)\)"
    situations = pick(
        "no-user", "no-user-plain", "no-user-lines", "full", "too-big-mail", "shut", "web", "spam", "data",
        "full-later", "busy", "no-domain", "null-mx", "refused", "cut-rcpt", "mixed", "mixed-times", "success-mixed")

    def configure(self):
        self.world.directory("/etc/haraka")
        self.world.run("cp", "-r", "/opt/npm/node_modules/Haraka/config", "/etc/haraka/config")
        for name, text in FILES.items():
            self.world.write("/etc/haraka/config/" + name, text)
        self.world.write("/etc/haraka/plugins/own_clients.js", OWN_CLIENTS)
        self.world.directory("/etc/haraka/queue")
        self.world.run("ln", "-sf", "/opt/npm/node_modules", "/etc/haraka/node_modules")

    def start(self):
        self.world.start("/usr/bin/node", "/opt/npm/node_modules/Haraka/bin/haraka", "-c", "/etc/haraka")

    def reports(self, user):
        return self.returned(user)

    def log_lines(self):
        return self.world.output()
