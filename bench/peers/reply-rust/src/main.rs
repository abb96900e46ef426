//! How fast smtp-proto parses the replies of a file: reply-rust newest|old FILE. See
//! bench/reply.sh.

use std::time::{Duration, Instant};

macro_rules! parser {
    ($release:ident) => {
        fn $release(data: &[u8]) -> (usize, usize) {
            let mut bytes = data.iter();
            let mut receiver = ::$release::response::parser::ResponseReceiver::default();
            let mut count = 0;
            let mut sum = 0;
            while !bytes.as_slice().is_empty() {
                match receiver.parse(&mut bytes) {
                    Ok(reply) => {
                        sum += reply.code as usize + reply.esc[2] as usize + reply.message.len();
                        count += 1;
                        receiver.reset();
                    }
                    Err(error) => {
                        eprintln!("{error}");
                        std::process::exit(3);
                    }
                }
            }
            (count, sum)
        }
    };
}

parser!(newest);
parser!(old);

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let parse = match arguments.get(1).map(String::as_str) {
        Some("newest") => newest,
        Some("old") => old,
        _ => panic!("usage: reply-rust newest|old FILE"),
    };
    let data = std::fs::read(&arguments[2]).expect("the file cannot be read");
    let (count, _) = parse(&data);
    let mut fastest = f64::MAX;
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_millis(250) {
        let start = Instant::now();
        std::hint::black_box(parse(std::hint::black_box(&data)));
        fastest = fastest.min(start.elapsed().as_secs_f64());
    }
    println!(
        "{:.1} {:.0} {}",
        data.len() as f64 / fastest / 1e6,
        count as f64 / fastest,
        count
    );
}
