/*
 * verdict-re2 TEXTS PHRASES ROUNDS: the phrases as literals in an RE2::Set, case ignored; its
 * answer is which of them stand in a text. Word boundaries and runs of blanks are not asked of it.
 * Prints nanoseconds a text, the best round.
 */
#include <re2/re2.h>
#include <re2/set.h>

#include <vector>

#include "verdict_data.h"

int main(int argc, char **argv)
{
    peer_data d = peer_open(argc, argv);
    RE2::Options options;
    options.set_literal(true);
    options.set_case_sensitive(false);
    options.set_encoding(RE2::Options::EncodingLatin1);
    /* Room for every state: with less it begins anew again and again. */
    options.set_max_mem(int64_t(1) << 30);
    RE2::Set set(options, RE2::UNANCHORED);
    for (const char *at = d.phrases; at < d.phrases + d.phrases_size;) {
        const char *lf = static_cast<const char *>(
            memchr(at, '\n', static_cast<size_t>(d.phrases + d.phrases_size - at)));
        if (set.Add(re2::StringPiece(at, static_cast<size_t>(lf - at)), nullptr) < 0)
            return 3;
        at = lf + 1;
    }
    if (!set.Compile())
        return 3;
    double best = 1e9;
    size_t found = 0;
    std::vector<int> met;
    for (unsigned i = 0; i < d.rounds; i++) {
        double start = peer_now();
        for (const char *at = d.texts; at < d.texts + d.texts_size;) {
            size_t len;
            const char *text = peer_text(&at, &len);
            met.clear();
            set.Match(re2::StringPiece(text, len), &met);
            found += met.size();
        }
        double seconds = peer_now() - start;
        best = seconds < best ? seconds : best;
    }
    fprintf(stderr, "RE2::Set, %.2f phrases met in a text\n",
            static_cast<double>(found) / static_cast<double>(d.count) / d.rounds);
    printf("%.1f\n", best * 1e9 / static_cast<double>(d.count));
    return 0;
}
