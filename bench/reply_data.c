/*
 * Writes the replies that bench/reply.sh measures with: reply_data BYTES >FILE. What servers say in
 * sessions as they are: greeting, EHLO answer, 250 for each command with a queue id at the end;
 * refusals of one line and of several. Always the same bytes; ids and addresses vary.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In the texts @ stands for a queue id, # for a number of one to three digits. */
static const char session[] = "220 mx#.example.com ESMTP Postfix\r\n"
                              "250-mx#.example.com\r\n"
                              "250-PIPELINING\r\n"
                              "250-SIZE 52428800\r\n"
                              "250-ETRN\r\n"
                              "250-STARTTLS\r\n"
                              "250-AUTH PLAIN LOGIN\r\n"
                              "250-ENHANCEDSTATUSCODES\r\n"
                              "250-8BITMIME\r\n"
                              "250-DSN\r\n"
                              "250-SMTPUTF8\r\n"
                              "250 CHUNKING\r\n"
                              "250 2.1.0 Ok\r\n"
                              "250 2.1.5 Ok\r\n";

static const char accepted[] = "354 End data with <CR><LF>.<CR><LF>\r\n"
                               "250 2.0.0 Ok: queued as @\r\n"
                               "221 2.0.0 Bye\r\n";

static const char *const others[] = {
    "354 Go ahead @.# - gsmtp\r\n"
    "250 2.0.0 OK  17323132#.# @.# - gsmtp\r\n"
    "221 2.0.0 closing connection @.# - gsmtp\r\n",

    "250 2.6.0 <@@.#@AM0PR0#.eurprd0#.prod.outlook.com> [InternalId=#5#7#, "
    "Hostname=DB9PR0#.eurprd0#.prod.outlook.com] 8192 bytes in 0.1#, 78.# KB/sec Queued mail for "
    "delivery\r\n",

    "550 5.1.1 <user#@example.com>: Recipient address rejected: User unknown in virtual mailbox "
    "table\r\n",

    "550-5.1.1 The email account that you tried to reach does not exist. Please try\r\n"
    "550-5.1.1 double-checking the recipient's email address for typos or\r\n"
    "550-5.1.1 unnecessary spaces. For more information, go to\r\n"
    "550 5.1.1  https://support.example.com/mail/?p=NoSuchUser @.# - gsmtp\r\n",

    "550-5.7.26 This mail has been blocked because the sender is unauthenticated.\r\n"
    "550-5.7.26 The receiver requires all senders to authenticate with either SPF or DKIM.\r\n"
    "550-5.7.26 \r\n"
    "550-5.7.26  Authentication results:\r\n"
    "550-5.7.26  DKIM = did not pass\r\n"
    "550-5.7.26  SPF [example#.org] with ip: [192.0.2.#] = did not pass\r\n"
    "550-5.7.26 \r\n"
    "550-5.7.26  For instructions on setting up authentication, go to\r\n"
    "550 5.7.26  https://support.example.com/mail/answer/81126#auth @.# - gsmtp\r\n",

    "450 4.2.0 <user#@example.com>: Recipient address rejected: Greylisted, see "
    "http://postgrey.example.org/help/example.com.html\r\n",

    "421 4.7.0 [TSS04] Messages from 192.0.2.# temporarily deferred due to unexpected volume or "
    "user complaints - 4.16.55.1; see https://postmaster.example.com/error-codes\r\n",

    "421 mx#.example.net Service not available, closing transmission channel\r\n",

    "554 5.7.1 Service unavailable; Client host [192.0.2.#] blocked using bl.example.org; "
    "https://www.example.org/query/ip/192.0.2.#\r\n",

    "452 4.2.2 <user#@example.com>: The recipient's mailbox is over its quota\r\n",

    "550 No such user here\r\n",

    "451 Temporary local problem - please try later\r\n",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static uint64_t state = 20261122;

/* xorshift64*: the same numbers on every machine. */
static uint32_t below(uint32_t limit)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (uint32_t)((state * UINT64_C(2685821657736338717)) >> 33) % limit;
}

static size_t put(const char *text)
{
    static const char digits[] = "0123456789ABCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz";
    size_t written = 0;
    for (; *text != '\0'; text++) {
        char word[16];
        size_t n = 0;
        if (*text == '@' && text[1] != 'A' && text[1] != 'e') {
            for (n = 0; n < 10; n++)
                word[n] = digits[below((uint32_t)sizeof digits - 1)];
        } else if (*text == '#') {
            n = (size_t)snprintf(word, sizeof word, "%u", (unsigned)below(255));
        } else {
            word[n++] = *text;
        }
        if (fwrite(word, 1, n, stdout) != n)
            exit(3);
        written += n;
    }
    return written;
}

int main(int argc, char **argv)
{
    size_t wanted = argc > 1 ? (size_t)strtoul(argv[1], NULL, 10) : 25000000;
    size_t written = 0;
    while (written < wanted) {
        written += put(session);
        for (uint32_t i = below(3); i > 0; i--)
            written += put(accepted);
        for (uint32_t i = below(6); i > 0; i--)
            written += put(others[below((uint32_t)COUNT(others))]);
    }
    return fflush(stdout) == 0 ? 0 : 3;
}
