/*
 * What standard output is: how wide, and whether it shows colours.
 */
#ifndef TERMINAL_H
#define TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

/* Columns: the terminal's, 80 where there is none. */
size_t terminal_width(void);

/* Only on a terminal, and not where NO_COLOR is set (https://no-color.org) or TERM is "dumb". */
bool terminal_has_colour(void);

/* Whether standard output is a terminal. */
bool terminal_is_output(void);

/* Whether standard input is a terminal, where nobody would expect to type replies. */
bool terminal_is_input(void);

#endif
