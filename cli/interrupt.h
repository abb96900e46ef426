/*
 * Ctrl-C: what has been begun is brought to its end, so that whole lines are written.
 */
#ifndef INTERRUPT_H
#define INTERRUPT_H

#include <stdbool.h>

/* From now on SIGINT is only noted. A second one ends the program at once. */
void interrupt_catch(void);

/* The same for SIGTERM, by which a program that runs for long is ended. */
void interrupt_catch_termination(void);

/* Whether there was one. */
bool interrupted(void);

/* The exit status after it: 130, or 143 after SIGTERM. */
int interrupt_status(void);

/* A descriptor that becomes readable by Ctrl-C; -1 where it is not caught. */
int interrupt_file(void);

/* Whether reading a file would wait now. */
bool interrupt_would_wait(int file);

/* Waits until there is something to read, or for Ctrl-C. */
void interrupt_wait(int file);

/* Waits so long, or for Ctrl-C. */
void interrupt_sleep(int milliseconds);

#endif
