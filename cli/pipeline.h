/*
 * Reading of batches by as many threads as were asked for, with the results in the order of the
 * input. With one there are no threads.
 */
#ifndef PIPELINE_H
#define PIPELINE_H

#include "batch.h"

typedef struct pipeline pipeline;

/* take is called in the caller's thread, from within the functions below. */
pipeline *pipeline_new(size_t jobs, const sst_rules *rules, batch_take *take, void *context);
void pipeline_free(pipeline *line);

/* An empty batch to be filled. */
batch *pipeline_batch(pipeline *line);

/* The batch that was given out last is filled. */
void pipeline_submit(pipeline *line);

/* Waits for all results. */
void pipeline_finish(pipeline *line);

/* How many processors there are to run on. */
size_t pipeline_processors(void);

#endif
