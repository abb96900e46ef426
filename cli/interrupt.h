/*
 * Ctrl-C: what has been begun is brought to its end, so that whole lines are written.
 */
#ifndef INTERRUPT_H
#define INTERRUPT_H

#include <stdbool.h>

/* From now on SIGINT is only noted. A second one ends the program at once. */
void interrupt_catch(void);

/* Whether there was one. */
bool interrupted(void);

#endif
