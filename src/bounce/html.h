/* The words of an HTML text, for reports that come in HTML alone. */
#ifndef BOUNCE_HTML_H
#define BOUNCE_HTML_H

#include <stddef.h>

/*
 * Replaces len bytes of HTML by its words, in place: tags, comments, styles and scripts dropped,
 * blocks on lines of their own, the common character references undone. Returns the new length,
 * which is never greater.
 */
size_t sst_bounce_strip_html(char *text, size_t len);

#endif
