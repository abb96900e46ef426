/*
 * SIGINT over sigaction(2). The handler writes to a pipe, on which is waited together with the
 * input: a signal that comes right before a read begins would be noticed only after it.
 */
#define _POSIX_C_SOURCE 200809L

#include "interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t seen;
static int ends[2] = {-1, -1}; /* of the pipe: to read from, to write to */

static void note(int number)
{
    int before = errno;
    seen = number;
    /* The pipe has room for the one byte that ever comes. */
    while (write(ends[1], "", 1) < 0 && errno == EINTR)
        ;
    errno = before;
}

static bool open_pipe(void)
{
    if (pipe(ends) != 0)
        return false;
    for (int i = 0; i < 2; i++)
        fcntl(ends[i], F_SETFD, FD_CLOEXEC);
    return true;
}

static void catch (int number)
{
    struct sigaction action;
    /* Who started the program may have wanted it to go on, as nohup does. */
    if (sigaction(number, NULL, &action) != 0 || action.sa_handler == SIG_IGN)
        return;
    if (ends[0] < 0 && !open_pipe())
        return;
    memset(&action, 0, sizeof action);
    action.sa_handler = note;
    action.sa_flags = (int)SA_RESETHAND;
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

void interrupt_catch(void)
{
    catch (SIGINT);
}

void interrupt_catch_termination(void)
{
    catch (SIGTERM);
}

bool interrupted(void)
{
    return seen != 0;
}

int interrupt_status(void)
{
    return 128 + (int)seen;
}

int interrupt_file(void)
{
    return ends[0];
}

/* How many of the two have something to say. */
static int wait_for(int file, int milliseconds)
{
    /* One that is negative is passed over. */
    struct pollfd both[] = {{.fd = file, .events = POLLIN}, {.fd = ends[0], .events = POLLIN}};
    return poll(both, sizeof both / sizeof both[0], milliseconds);
}

bool interrupt_would_wait(int file)
{
    return wait_for(file, 0) == 0;
}

void interrupt_wait(int file)
{
    while (wait_for(file, -1) < 0 && errno == EINTR)
        ;
}

void interrupt_sleep(int milliseconds)
{
    wait_for(-1, milliseconds);
}
