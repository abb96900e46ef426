/*
 * How wide text is on a terminal, and where a line of it may be broken.
 *
 * Text is UTF-8; bytes that are none count one column each. Chinese, Japanese and Korean characters
 * take two columns and may be parted anywhere, except that closing signs begin no line and opening
 * ones end none.
 */
#ifndef WRAP_H
#define WRAP_H

#include <stddef.h>

#include <smtpstatus/base.h>

/* A blank at which no line is broken. */
#define NO_BREAK_SPACE "\xC2\xA0"

/* How many columns a text takes. */
size_t text_width(sst_span text);

/*
 * The first line of a text that is to fit into width columns. Returns how many bytes the line has
 * and sets *taken to how many it uses up: the blanks at the break are dropped. A word that is wider
 * than a line is cut.
 */
size_t wrap_line(sst_span text, size_t width, size_t *taken);

#endif
