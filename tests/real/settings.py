"""What the real servers under test have in common: names, users, passwords, and the codes that their
configurations give to certain recipients."""

HOSTNAME = "mx.example.org"
DOMAIN = "example.org"

# Each has a mailbox at every server; ada may also log in.
USERS = ("ada", "bela", "carl")
LOGIN, PASSWORD = "ada", "correct horse battery staple"

# Message size that every server is told to take at most, in octets.
SIZE_LIMIT = 50000

# Replies that servers with access tables are told to give to recipients of these local parts.
ACCESS = {
    "moved": "551 5.1.6 User has moved; please try <new@example.net>",
    "full": "552 5.2.2 Mailbox is full",
    "odd": "553 5.1.3 Mailbox name not allowed",
    "busy": "450 4.2.1 Mailbox is busy",
    "short": "452 4.3.1 Insufficient system storage",
    "broken": "451 4.3.0 Local error in processing",
}
