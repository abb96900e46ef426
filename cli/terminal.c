/*
 * The terminal at standard output (POSIX; TIOCGWINSZ is everywhere, though in no standard).
 */
/* For struct winsize, which strict C11 hides. */
#define _DEFAULT_SOURCE
#define _DARWIN_C_SOURCE

#include "terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define USUAL_WIDTH ((size_t)80)
/* Narrower than this nothing can be laid out, and longer lines are hard to read. */
#define LEAST_WIDTH ((size_t)40)
#define MOST_WIDTH  ((size_t)120)

size_t terminal_width(void)
{
    struct winsize size;
    if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return USUAL_WIDTH;
    size_t width = size.ws_col;
    return width < LEAST_WIDTH ? LEAST_WIDTH : width > MOST_WIDTH ? MOST_WIDTH : width;
}

bool terminal_has_colour(void)
{
    const char *no_colour = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    return isatty(STDOUT_FILENO) && !(no_colour && *no_colour) &&
           !(term && strcmp(term, "dumb") == 0);
}

bool terminal_is_input(void)
{
    return isatty(STDIN_FILENO) != 0;
}

bool terminal_is_output(void)
{
    return isatty(STDOUT_FILENO) != 0;
}
