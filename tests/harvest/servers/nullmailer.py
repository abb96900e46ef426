"""nullmailer: hands all mail to one relay and returns what that refuses, as reports sent to the same relay."""
from servers import Base, Refused, pick


class Server(Base):
    packages = ("nullmailer",)
    seconds = 40
    port = None
    situations = pick(
        "no-user", "no-user-lines", "no-user-chinese", "full", "too-big-mail", "auth", "spam", "virus", "full-later",
        "fault", "disk", "mixed", "utf8-user")

    def configure(self):
        world = self.world
        for name, value in (("defaulthost", "example.org"), ("remotes", "mx.example.com smtp"),
                            ("pausetime", "4"), ("maxpause", "4"), ("sendtimeout", "20"), ("queuelifetime", "16"),
                            ("adminaddr", ""), ("helohost", "mx.example.org"), ("doublebounceto", "")):
            world.write("/etc/nullmailer/" + name, value + "\n")
        for name in ("", "/queue", "/tmp", "/failed"):
            world.directory("/var/spool/nullmailer" + name, "mail", 0o700)
        world.run("mkfifo", "/var/spool/nullmailer/trigger")
        world.run("chown", "mail:mail", "/var/spool/nullmailer/trigger", "/etc/nullmailer/remotes")
        world.run("chown", "mail", "/usr/sbin/nullmailer-queue")
        world.path("/usr/sbin/nullmailer-queue").chmod(0o4755)

    def start(self):
        self.world.start("/usr/sbin/nullmailer-send", account="mail")

    def submit(self, situation, message):
        status = self.world.status(["/usr/sbin/sendmail", "-i", "-f", situation.sender, *situation.recipients],
                                   message.replace(b"\r\n", b"\n"))
        if status:
            raise Refused("sendmail: status %d" % status)

    def reports(self, user):
        return self.returned(user)

    def log_lines(self):
        return self.world.path("/var/log/nullmailer-send.out").read_bytes().splitlines()
