/*
 * Work in batches by as many threads as were asked for, with the results in the order of the input.
 * With one there are no threads.
 */
#ifndef PIPELINE_H
#define PIPELINE_H

#include <stddef.h>

#include <smtpstatus/rules.h>

typedef struct pipeline pipeline;

/* Takes the results there are in a batch. It runs in the thread that feeds the pipeline. */
typedef void pipeline_take(void *context, void *batch);

/* What batches are and what is done with them. */
typedef struct pipeline_work {
    size_t batch_size; /* bytes of a batch, which begins as zeros */
    /* What a thread needs besides; setup is what pipeline_new was given. */
    void *(*worker_new)(const void *setup);
    void (*worker_free)(void *worker);
    /* Works on a batch. take is called each time that a part of the results is full; the last ones
     * are left in the batch. */
    void (*run)(void *batch, void *worker, pipeline_take *take, void *context);
    void (*clear)(void *batch); /* makes it as new */
    void (*free)(void *batch);
} pipeline_work;

/* take is called from within the functions below. */
pipeline *pipeline_new(const pipeline_work *work, const void *setup, size_t jobs,
                       pipeline_take *take, void *context);
void pipeline_free(pipeline *line);

/* An empty batch to be filled; the same one until it is submitted. */
void *pipeline_batch(pipeline *line);

/* The batch that was given out last is filled. */
void pipeline_submit(pipeline *line);

/* Waits for all results. */
void pipeline_finish(pipeline *line);

/* How many processors there are to run on. */
size_t pipeline_processors(void);

#endif
