"""The private world that the servers run in: addresses on loopback, a root directory for each server
(an overlay whose changes vanish with the mount namespace), a syslog socket, processes.

To be run inside `unshare --mount --net --pid --uts --ipc --fork`; it does nothing to the machine outside.
"""
import fcntl
import os
import socket
import struct
import subprocess
import threading
import time
from pathlib import Path

import situations

IFF_UP, SIOCSIFADDR, SIOCGIFFLAGS, SIOCSIFFLAGS, SIOCSIFNETMASK = 1, 0x8916, 0x8913, 0x8914, 0x891C


def bring_up_loopback():
    """127.0.0.1/8, 192.0.2.1/24 (on loopback that makes every address of the net local) and 2001:db8::/32's."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        def request(name, number, payload):
            return fcntl.ioctl(s, number, struct.pack("16s24s", name, payload))

        def address(ip):
            return struct.pack("!BBH4s", socket.AF_INET, 0, 0, socket.inet_aton(ip))

        flags = struct.unpack("16sh", request(b"lo", SIOCGIFFLAGS, b"")[:18])[1]
        request(b"lo", SIOCSIFFLAGS, struct.pack("h", flags | IFF_UP))
        family = struct.pack("H", socket.AF_INET)
        for name, ip in ((b"lo", "127.0.0.1"), (b"lo:1", situations.ADDRESS)):
            request(name, SIOCSIFADDR, family + address(ip)[2:])
            mask = "255.0.0.0" if name == b"lo" else "255.255.255.0"
            request(name, SIOCSIFNETMASK, family + address(mask)[2:])
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as s:
        for ip in ("2001:db8::1", "2001:db8::25"):
            packed = socket.inet_pton(socket.AF_INET6, ip)
            fcntl.ioctl(s, SIOCSIFADDR, struct.pack("16sIi", packed, 128, 1))
            wait_for_address(ip)


def wait_for_address(ip):
    """The kernel takes a moment until a new IPv6 address can be used."""
    for _ in range(50):
        try:
            with socket.socket(socket.AF_INET6) as s:
                s.bind((ip, 0))
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(ip + " cannot be used")


class Syslog(threading.Thread):
    """Takes what the server sends to /dev/log and keeps the lines as a log file of Debian has them."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.lines = []
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        # A socket's name holds 107 bytes; the way there may be longer.
        directory = os.open(path.parent, os.O_PATH)
        self.socket.bind("/proc/self/fd/%d/%s" % (directory, path.name))
        os.close(directory)
        os.chmod(path, 0o666)

    def run(self):
        host = situations.HOSTNAME.partition(".")[0]
        while True:
            data = self.socket.recv(65536).rstrip(b"\n\0")
            text = data.partition(b">")[2]
            # "Nov 22 10:00:00 program[1]: text": the relay puts the host behind the time.
            self.lines.append(text[:16] + host.encode() + b" " + text[16:])


class World:
    """One server's root directory, its users and files, and what runs in it."""

    def __init__(self, directory, accounts=()):
        self.scratch = Path(directory) / "run"
        self.root = self.scratch / "root"
        self.processes, self.accounts = [], list(accounts)
        self.mount(Path(directory) / "root")
        self.make_devices()
        self.make_accounts()
        self.make_etc()
        self.syslog = Syslog(self.root / "dev/log")
        self.syslog.start()

    def mount(self, lower):
        self.scratch.mkdir(exist_ok=True)
        run("mount", "-t", "tmpfs", "-o", "mode=755", "harvest", str(self.scratch))
        for name in ("root", "upper", "work"):
            (self.scratch / name).mkdir()
        run("mount", "-t", "overlay", "overlay", "-o",
            "lowerdir=%s,upperdir=%s/upper,workdir=%s/work" % (lower, self.scratch, self.scratch), str(self.root))
        for name in ("proc", "dev", "run", "tmp", "root"):
            (self.root / name).mkdir(exist_ok=True)
        (self.root / "tmp").chmod(0o1777)
        run("mount", "-t", "proc", "proc", str(self.root / "proc"))
        run("mount", "-t", "tmpfs", "-o", "mode=755", "dev", str(self.root / "dev"))

    def make_devices(self):
        dev = self.root / "dev"
        for name, minor in (("null", 3), ("zero", 5), ("full", 7), ("random", 8), ("urandom", 9)):
            os.mknod(dev / name, 0o020666, os.makedev(1, minor))
            (dev / name).chmod(0o666)
        for name, target in (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")):
            (dev / name).symlink_to("/proc/self/fd" + target)
        (dev / "shm").mkdir(mode=0o1777)

    def make_accounts(self):
        """Root and the system's, the server's own, and a user for each sender."""
        rows = [("root", 0, "/root"), ("daemon", 1, "/"), ("bin", 2, "/"), ("mail", 8, "/var/mail"),
                ("nobody", 65534, "/nonexistent")]
        rows += [(name, 100 + n, "/nonexistent") for n, name in enumerate(self.accounts)]
        rows += [(name, 2000 + n, "/home/" + name) for n, name in enumerate(situations.SENDERS)]
        extra = [("adm", 4), ("tty", 5), ("users", 100 + 99), ("nogroup", 65533)]
        self.write("/etc/passwd", "".join("%s:x:%d:%d:%s:%s:/bin/sh\n" % (name, uid, uid, name.capitalize(), home)
                                          for name, uid, home in rows))
        self.write("/etc/group", "".join("%s:x:%d:\n" % row for row in [r[:2] for r in rows] + extra))
        self.write("/etc/shadow", "".join("%s:*:19000:0:99999:7:::\n" % row[0] for row in rows))
        for name, uid, home in rows:
            if home.startswith("/home/"):
                self.directory(home, uid, 0o755)
        self.directory("/var/mail", 0, 0o1777)

    def make_etc(self):
        hosts = "127.0.0.1 localhost\n::1 localhost\n%s %s mx\n" % (situations.ADDRESS, situations.HOSTNAME)
        self.write("/etc/hosts", hosts)
        self.write("/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:2 attempts:1\n")
        self.write("/etc/nsswitch.conf", "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n"
                                         "services: files\nprotocols: files\n")
        self.write("/etc/hostname", situations.HOSTNAME + "\n")
        self.write("/etc/mailname", situations.DOMAIN + "\n")
        self.write("/etc/aliases", "".join("%s: %s\n" % item for item in situations.ALIASES.items()))

    def path(self, name):
        return self.root / name.lstrip("/")

    def write(self, name, text, owner=0, mode=0o644):
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        os.chown(path, owner, owner)
        path.chmod(mode)

    def directory(self, name, owner=0, mode=0o755, group=None):
        path = self.path(name)
        path.mkdir(parents=True, exist_ok=True)
        os.chown(path, self.uid(owner), self.uid(group if group is not None else owner))
        path.chmod(mode)

    def uid(self, name):
        if isinstance(name, int):
            return name
        for line in self.path("/etc/passwd").read_text().splitlines():
            fields = line.split(":")
            if fields[0] == name:
                return int(fields[2])
        raise KeyError(name)

    def run(self, *argv, check=True, **more):
        """Runs a command in the server's root and waits for it; its output, and a fault if it fails."""
        done = subprocess.run(["chroot", str(self.root), *argv], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env=ENVIRONMENT, timeout=60, **more)
        if check and done.returncode:
            raise RuntimeError("%s: status %d\n%s" % (argv, done.returncode, done.stdout.decode(errors="replace")))
        return done.stdout.decode(errors="replace")

    def status(self, argv, text):
        """Runs a command with `text` as its input; its exit status."""
        return subprocess.run(["chroot", str(self.root), *argv], input=text, stdout=subprocess.DEVNULL,
                              env=ENVIRONMENT, timeout=60, check=False).returncode

    def start(self, *argv, account="root"):
        """Starts a daemon in the foreground; its output goes to /var/log/NAME.out."""
        uid = self.uid(account)
        name = os.path.basename(argv[0])
        self.path("/var/log").mkdir(parents=True, exist_ok=True)
        with open(self.path("/var/log/%s.out" % name), "ab") as output:
            process = subprocess.Popen(["chroot", "--userspec=%d:%d" % (uid, uid), str(self.root), *argv],
                                       stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=ENVIRONMENT,
                                       start_new_session=True)
        self.processes.append(process)
        return process

    def output(self):
        """What the daemons said on their standard output and error."""
        return [line for path in self.path("/var/log").glob("*.out") for line in path.read_bytes().splitlines()]

    def stop(self):
        """Ends the daemons started here. What they left behind ends with the process namespace."""
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()


ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C", "LC_ALL": "C", "TZ": "UTC"}


def run(*argv):
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        raise RuntimeError("%s: %s" % (" ".join(argv), done.stdout.decode(errors="replace")))


def wait_for_port(port, address="127.0.0.1", seconds=20):
    end = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection((address, port), 1).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
