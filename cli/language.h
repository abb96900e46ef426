/*
 * Which language the texts are in: the one asked for, else the environment's.
 */
#ifndef LANGUAGE_H
#define LANGUAGE_H

#include <stddef.h>

/* The tag of the language that a tag leads to; NULL where there is none. */
const char *language_named(const char *tag);

/* By LC_ALL, LC_MESSAGES or LANG, the first that is set; English where it leads nowhere. */
const char *language_of_environment(void);

/* A label or heading (sst_label); its key where there is none. */
const char *label(const char *key, const char *language);

/* The tags that there are, as "en, zh". */
void language_list(char *buffer, size_t size);

#endif
