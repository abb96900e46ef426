/*
 * The order that the names of rotated logs tell.
 */
#ifndef LOG_NAMES_H
#define LOG_NAMES_H

#include "log_files.h"

/* By their bytes, numbers in them by their value. */
void log_names_sort(log_file *files, size_t count);

/* By their log, the oldest first, then as they stand. */
void log_names_order(log_file *files, size_t count);

#endif
