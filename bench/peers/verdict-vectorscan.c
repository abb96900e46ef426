/*
 * verdict-vectorscan TEXTS PHRASES ROUNDS: the phrases as literals in Vectorscan or Hyperscan,
 * whichever is installed: case ignored, one report a phrase and text. Word boundaries and runs of
 * blanks are not asked of it. Prints nanoseconds a text, the best round.
 */
#include <hs.h>

#include "verdict_data.h"

static size_t found;

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                    void *context)
{
    (void)id, (void)from, (void)to, (void)flags, (void)context;
    found++;
    return 0;
}

static hs_database_t *compile(const peer_data *d)
{
    size_t room = d->phrases_size;
    const char **literals = malloc(room * sizeof *literals);
    size_t *lengths = malloc(room * sizeof *lengths);
    unsigned *ids = malloc(room * sizeof *ids);
    unsigned *flags = malloc(room * sizeof *flags);
    unsigned count = 0;
    hs_database_t *database = NULL;
    hs_compile_error_t *error = NULL;
    for (char *at = d->phrases; at < d->phrases + d->phrases_size; count++) {
        char *lf = memchr(at, '\n', (size_t)(d->phrases + d->phrases_size - at));
        literals[count] = at;
        lengths[count] = (size_t)(lf - at);
        ids[count] = count;
        flags[count] = HS_FLAG_CASELESS | HS_FLAG_SINGLEMATCH;
        *lf = '\0';
        at = lf + 1;
    }
    if (hs_compile_lit_multi(literals, flags, ids, lengths, count, HS_MODE_BLOCK, NULL, &database,
                             &error) != HS_SUCCESS) {
        fprintf(stderr, "verdict-vectorscan: %s\n", error->message);
        exit(3);
    }
    return database;
}

int main(int argc, char **argv)
{
    peer_data d = peer_open(argc, argv);
    hs_database_t *database = compile(&d);
    hs_scratch_t *scratch = NULL;
    double best = 1e9;
    if (hs_alloc_scratch(database, &scratch) != HS_SUCCESS)
        return 3;
    for (unsigned i = 0; i < d.rounds; i++) {
        double start = peer_now();
        for (const char *at = d.texts; at < d.texts + d.texts_size;) {
            size_t len;
            const char *text = peer_text(&at, &len);
            hs_scan(database, text, (unsigned)len, 0, scratch, on_match, NULL);
        }
        double seconds = peer_now() - start;
        best = seconds < best ? seconds : best;
    }
    fprintf(stderr, "%s, %.2f phrases met in a text\n", hs_version(),
            (double)found / (double)d.count / d.rounds);
    printf("%.1f\n", best * 1e9 / (double)d.count);
    return 0;
}
