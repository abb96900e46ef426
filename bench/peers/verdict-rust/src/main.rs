//! verdict-rust WAY TEXTS PHRASES ROUNDS: the phrases as literals, case ignored; the answer is which
//! of them stand in a text. Word boundaries and runs of blanks are not asked. WAY is
//!
//!     regexset      regex::bytes::RegexSet with room for its states: the default cache is emptied
//!                   again and again by varied texts
//!     ahocorasick   aho_corasick::AhoCorasick as a DFA, overlapping matches
//!
//! Prints nanoseconds a text, the best round.
use std::time::Instant;

fn texts(data: &[u8]) -> Vec<&[u8]> {
    let mut at = 0;
    let mut found = Vec::new();
    while at < data.len() {
        let head: [u8; 4] = data[at..at + 4].try_into().unwrap();
        let len = u32::from_le_bytes(head) as usize;
        found.push(&data[at + 4..at + 4 + len]);
        at += 4 + len;
    }
    found
}

fn pattern(phrase: &[u8]) -> String {
    phrase.iter().fold(String::new(), |mut text, byte| {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b' ' => text.push(*byte as char),
            _ => text.push_str(&format!("\\x{byte:02X}")),
        }
        text
    })
}

fn measure(texts: &[&[u8]], rounds: u32, mut search: impl FnMut(&[u8]) -> usize) {
    let mut best = f64::MAX;
    let mut met = 0;
    for _ in 0..rounds {
        let start = Instant::now();
        met += texts.iter().map(|text| search(text)).sum::<usize>();
        best = best.min(start.elapsed().as_secs_f64());
    }
    let per_text = met as f64 / texts.len() as f64 / f64::from(rounds);
    eprintln!("{per_text:.2} phrases met in a text");
    println!("{:.1}", best * 1e9 / texts.len() as f64);
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let data = std::fs::read(&arguments[2]).unwrap();
    let lines = std::fs::read(&arguments[3]).unwrap();
    let rounds: u32 = arguments[4].parse().unwrap();
    let texts = texts(&data);
    let phrases: Vec<&[u8]> = lines.split(|b| *b == b'\n').filter(|p| !p.is_empty()).collect();
    if arguments[1] == "regexset" {
        let set = regex::bytes::RegexSetBuilder::new(phrases.iter().map(|p| pattern(p)))
            .case_insensitive(true)
            .unicode(false)
            .size_limit(1 << 30)
            .dfa_size_limit(1 << 30)
            .build()
            .unwrap();
        measure(&texts, rounds, |text| set.matches(text).iter().count());
    } else {
        let automaton = aho_corasick::AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(aho_corasick::AhoCorasickKind::DFA))
            .build(&phrases)
            .unwrap();
        measure(&texts, rounds, |text| automaton.find_overlapping_iter(text).count());
    }
}
