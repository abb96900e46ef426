"""A small DNS responder (RFC 1035) on loopback for the zone that situations.py describes: A, AAAA, MX
and PTR, names that do not exist, names that fail, names nobody answers for. No other types, no EDNS.
"""
import ipaddress
import socket
import struct
import threading

A, PTR, MX, AAAA, ANY = 1, 12, 15, 28, 255
NOERROR, SERVFAIL, NXDOMAIN = 0, 2, 3


def encode_name(name):
    labels = [label for label in name.rstrip(".").split(".") if label]
    return b"".join(bytes([len(label)]) + label.encode() for label in labels) + b"\0"


class Zone:
    """Names and their records. `failing` names get SERVFAIL, `mute` ones no answer at all."""

    def __init__(self, failing=(), mute=()):
        self.records, self.failing, self.mute = {}, set(failing), set(mute)

    def add(self, name, kind, data):
        self.records.setdefault(name.lower(), []).append((kind, data))

    def address(self, name, address, reverse=True):
        ip = ipaddress.ip_address(address)
        self.add(name, A if ip.version == 4 else AAAA, ip.packed)
        if reverse:
            self.add(ip.reverse_pointer, PTR, encode_name(name))

    def mx(self, domain, preference, host):
        self.add(domain, MX, struct.pack("!H", preference) + encode_name(host))

    def look_up(self, name, kind):
        """Result code and answers. A name that has names below it exists (RFC 8020)."""
        name = name.lower()
        if name in self.failing:
            return SERVFAIL, []
        if name in self.records:
            return NOERROR, [r for r in self.records[name] if kind in (r[0], ANY)]
        if any(other.endswith("." + name) for other in self.records):
            return NOERROR, []
        return NXDOMAIN, []


def read_question(packet):
    labels, at = [], 12
    while packet[at]:
        labels.append(packet[at + 1:at + 1 + packet[at]].decode("ascii", "replace"))
        at += 1 + packet[at]
    return ".".join(labels), struct.unpack("!H", packet[at + 1:at + 3])[0], packet[12:at + 5]


def answer(zone, packet):
    name, kind, question = read_question(packet)
    if name.lower() in zone.mute:
        return None
    code, records = zone.look_up(name, kind)
    # QR, AA, RD as asked, RA.
    flags = 0x8480 | (struct.unpack("!H", packet[2:4])[0] & 0x0100) | code
    body = b"".join(b"\xc0\x0c" + struct.pack("!HHIH", k, 1, 60, len(d)) + d for k, d in records)
    authority = b""
    if not records:
        zone_name = encode_name(name.rpartition(".")[2])
        soa = zone_name + zone_name + struct.pack("!5I", 1, 60, 60, 60, 1)
        authority = zone_name + struct.pack("!HHIH", 6, 1, 1, len(soa)) + soa
    return (packet[:2] + struct.pack("!5H", flags, 1, len(records), 1 if authority else 0, 0)
            + question + body + authority)


def serve_udp(zone, sock):
    while True:
        packet, client = sock.recvfrom(4096)
        reply = answer(zone, packet)
        if reply:
            sock.sendto(reply, client)


def serve_tcp(zone, listener):
    while True:
        connection, _ = listener.accept()
        with connection, connection.makefile("rwb") as stream:
            while len(head := stream.read(2)) == 2:
                reply = answer(zone, stream.read(struct.unpack("!H", head)[0]))
                if not reply:
                    break
                stream.write(struct.pack("!H", len(reply)) + reply)
                stream.flush()


def start(zone, address="127.0.0.1"):
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind((address, 53))
    tcp = socket.create_server((address, 53))
    threading.Thread(target=serve_udp, args=(zone, udp), daemon=True).start()
    threading.Thread(target=serve_tcp, args=(zone, tcp), daemon=True).start()
