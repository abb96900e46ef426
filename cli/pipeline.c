/*
 * Threads (POSIX). Batches lie on a ring: the caller fills them in turn, whichever thread is free
 * works on the next, and the caller takes the results of the oldest. A thread whose part of results
 * is full waits until it was taken.
 */
#define _POSIX_C_SOURCE 200809L

#include "pipeline.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buffer.h"

typedef enum slot_state {
    SLOT_EMPTY,
    SLOT_FILLED,
    SLOT_BUSY, /* is being worked on */
    SLOT_PART, /* some results are to be taken before it goes on */
    SLOT_DONE
} slot_state;

typedef struct slot {
    pipeline *line;
    slot_state state;
    void *batch;
} slot;

typedef struct worker {
    pipeline *line;
    pthread_t thread;
    void *own; /* what the work needs */
} worker;

struct pipeline {
    const pipeline_work *work;
    pipeline_take *take;
    void *context;
    size_t jobs;
    worker *workers;
    size_t started; /* threads */

    pthread_mutex_t lock;   /* over everything below */
    pthread_cond_t changed; /* some slot's state, or ending */
    bool ending;
    slot *slots;
    size_t slot_count;
    size_t fill; /* which slot is filled next, */
    size_t read; /* worked on next, */
    size_t out;  /* and taken next */
};

/* --- threads -------------------------------------------------------------------------------- */

static void set_state(slot *of, slot_state state)
{
    of->state = state;
    pthread_cond_broadcast(&of->line->changed);
}

/* A pipeline_take within a thread: waits until the caller's thread has taken the results. */
static void hand_over(void *context, void *batch)
{
    slot *of = context;
    (void)batch;
    pthread_mutex_lock(&of->line->lock);
    set_state(of, SLOT_PART);
    while (of->state != SLOT_BUSY)
        pthread_cond_wait(&of->line->changed, &of->line->lock);
    pthread_mutex_unlock(&of->line->lock);
}

static void *work(void *context)
{
    worker *self = context;
    pipeline *line = self->line;
    pthread_mutex_lock(&line->lock);
    for (;;) {
        slot *next = &line->slots[line->read];
        if (next->state == SLOT_FILLED) {
            line->read = (line->read + 1) % line->slot_count;
            next->state = SLOT_BUSY;
            pthread_mutex_unlock(&line->lock);
            line->work->run(next->batch, self->own, hand_over, next);
            pthread_mutex_lock(&line->lock);
            set_state(next, SLOT_DONE);
        } else if (line->ending) {
            break;
        } else {
            pthread_cond_wait(&line->changed, &line->lock);
        }
    }
    pthread_mutex_unlock(&line->lock);
    return NULL;
}

/* Ctrl-C is to reach the thread that reads input, and no other. */
static void start_threads(pipeline *line)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (line->started < line->jobs) {
        worker *next = &line->workers[line->started];
        if (pthread_create(&next->thread, NULL, work, next) != 0)
            break;
        line->started++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* --- the caller's side ---------------------------------------------------------------------- */

static void init_slot(slot *fresh, pipeline *line)
{
    fresh->line = line;
    fresh->state = SLOT_EMPTY;
    fresh->batch = allocate_or_end(NULL, 1, line->work->batch_size);
    memset(fresh->batch, 0, line->work->batch_size);
}

pipeline *pipeline_new(const pipeline_work *work, const void *setup, size_t jobs,
                       pipeline_take *take, void *context)
{
    pipeline *line = allocate_or_end(NULL, 1, sizeof *line);
    memset(line, 0, sizeof *line);
    line->work = work;
    line->take = take;
    line->context = context;
    line->jobs = jobs;
    line->slot_count = jobs > 1 ? 2 * jobs : 1;
    pthread_mutex_init(&line->lock, NULL);
    pthread_cond_init(&line->changed, NULL);
    line->slots = allocate_or_end(NULL, line->slot_count, sizeof *line->slots);
    for (size_t i = 0; i < line->slot_count; i++)
        init_slot(&line->slots[i], line);
    line->workers = allocate_or_end(NULL, jobs, sizeof *line->workers);
    for (size_t i = 0; i < jobs; i++)
        line->workers[i] = (worker){.line = line, .own = work->worker_new(setup)};
    if (jobs > 1)
        start_threads(line);
    return line;
}

static slot_state state_of(slot *of)
{
    pthread_mutex_lock(&of->line->lock);
    slot_state state = of->state;
    pthread_mutex_unlock(&of->line->lock);
    return state;
}

/* Takes results of the oldest batch, waiting for them. */
static void take_oldest(pipeline *line)
{
    slot *oldest = &line->slots[line->out];
    pthread_mutex_lock(&line->lock);
    while (oldest->state != SLOT_PART && oldest->state != SLOT_DONE)
        pthread_cond_wait(&line->changed, &line->lock);
    bool done = oldest->state == SLOT_DONE;
    pthread_mutex_unlock(&line->lock);
    line->take(line->context, oldest->batch);
    if (done) {
        line->work->clear(oldest->batch);
        line->out = (line->out + 1) % line->slot_count;
    }
    pthread_mutex_lock(&line->lock);
    set_state(oldest, done ? SLOT_EMPTY : SLOT_BUSY);
    pthread_mutex_unlock(&line->lock);
}

void *pipeline_batch(pipeline *line)
{
    slot *next = &line->slots[line->fill];
    while (line->started > 0 && state_of(next) != SLOT_EMPTY)
        take_oldest(line);
    return next->batch;
}

void pipeline_submit(pipeline *line)
{
    slot *filled = &line->slots[line->fill];
    if (line->started == 0) {
        line->work->run(filled->batch, line->workers[0].own, line->take, line->context);
        line->take(line->context, filled->batch);
        line->work->clear(filled->batch);
        return;
    }
    line->fill = (line->fill + 1) % line->slot_count;
    pthread_mutex_lock(&line->lock);
    set_state(filled, SLOT_FILLED);
    pthread_mutex_unlock(&line->lock);
}

void pipeline_finish(pipeline *line)
{
    while (line->started > 0 && state_of(&line->slots[line->out]) != SLOT_EMPTY)
        take_oldest(line);
}

void pipeline_free(pipeline *line)
{
    pthread_mutex_lock(&line->lock);
    line->ending = true;
    pthread_cond_broadcast(&line->changed);
    pthread_mutex_unlock(&line->lock);
    for (size_t i = 0; i < line->started; i++)
        pthread_join(line->workers[i].thread, NULL);
    for (size_t i = 0; i < line->jobs; i++)
        line->work->worker_free(line->workers[i].own);
    for (size_t i = 0; i < line->slot_count; i++) {
        line->work->free(line->slots[i].batch);
        free(line->slots[i].batch);
    }
    pthread_cond_destroy(&line->changed);
    pthread_mutex_destroy(&line->lock);
    free(line->workers);
    free(line->slots);
    free(line);
}

size_t pipeline_processors(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    if (count < 1)
        return 1;
    return (size_t)count;
}
