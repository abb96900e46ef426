/*
 * The order of file names.
 */
#ifndef NAMES_H
#define NAMES_H

/* Numbers by their value, everything else by its bytes. Less than 0 where one comes first. */
int names_compare(const char *one, const char *other);

#endif
