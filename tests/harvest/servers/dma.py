"""DragonFly Mail Agent: no daemon; its sendmail command delivers in the background, its bounces are plain
text with the original's headers."""
import os
import time

from servers import Base, Refused, pick

WEEK = 7 * 24 * 3600


class Server(Base):
    packages = ("dma",)
    seconds = 30
    port = None
    situations = pick(
        "no-user", "no-user-plain", "no-user-lines", "no-user-chinese", "full", "sender", "starttls", "spam",
        "full-later", "no-domain", "refused", "mixed", "moved")

    def configure(self):
        world = self.world
        world.write("/etc/dma/dma.conf", "MAILNAME /etc/mailname\n")
        world.write("/etc/dma/auth.conf", "")
        world.write("/etc/aliases", "")
        world.directory("/var/spool/dma", "root", 0o2775, "mail")
        self.ticks = 0

    def submit(self, situation, message):
        status = self.world.status(["/usr/sbin/dma", "-i", "-f", situation.sender, *situation.recipients],
                                   message.replace(b"\r\n", b"\n"))
        if status:
            raise Refused("dma: status %d" % status)

    def tick(self):
        """It gives up after five days, which cannot be configured: make the queue look old and run it."""
        self.ticks += 1
        if self.ticks == 8:
            for path in self.world.path("/var/spool/dma").glob("[MQ]*"):
                os.utime(path, (time.time() - WEEK, time.time() - WEEK))
        if self.ticks in (8, 12):
            self.world.run("/usr/sbin/dma", "-q", check=False)
