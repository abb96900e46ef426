/* Texts of replies for the benchmark of verdicts: many, varied, the same in every run. */
#ifndef BENCH_VERDICT_DATA_H
#define BENCH_VERDICT_DATA_H

#include <smtpstatus/verdict.h>

/* Fills evidence with count texts, half of them replies as servers send them, with changing
 * addresses, hosts, ids and numbers, half Latin paragraphs of 150 to 400 bytes. Returns the block
 * that holds the bytes, to be freed, and its length through size. */
char *verdict_data_make(sst_evidence *evidence, size_t count, size_t *size);

#endif
