//! Rust's HashMap with its own hasher (rust-sip) and with a fast one (rust-fx) on the workloads of Sources/bench; same arguments, same lines.
use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher, RandomState};
use std::hint::black_box;
use std::time::Instant;

/// A rotation, an exclusive or and a multiplication for each word, without a seed.
#[derive(Default, Clone, Copy)]
struct Fx(u64);
impl Fx {
    #[inline]
    fn add(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
}
impl Hasher for Fx {
    #[inline]
    fn write(&mut self, mut bytes: &[u8]) {
        while bytes.len() >= 8 {
            self.add(u64::from_le_bytes(bytes[..8].try_into().unwrap()));
            bytes = &bytes[8..];
        }
        if bytes.len() >= 4 {
            self.add(u32::from_le_bytes(bytes[..4].try_into().unwrap()) as u64);
            bytes = &bytes[4..];
        }
        for &byte in bytes {
            self.add(byte as u64);
        }
    }
    #[inline]
    fn write_u8(&mut self, byte: u8) {
        self.add(byte as u64);
    }
    #[inline]
    fn write_u64(&mut self, word: u64) {
        self.add(word);
    }
    #[inline]
    fn finish(&self) -> u64 {
        self.0.rotate_left(26)
    }
}
type FxBuild = BuildHasherDefault<Fx>;

#[repr(C)]
struct Timespec {
    seconds: i64,
    nanoseconds: i64,
}
extern "C" {
    fn clock_gettime(clock: i32, time: *mut Timespec) -> i32;
}
/// Nanoseconds of processor time of the process.
fn cpu() -> u64 {
    let mut time = Timespec { seconds: 0, nanoseconds: 0 };
    unsafe { clock_gettime(2, &mut time) };
    time.seconds as u64 * 1_000_000_000 + time.nanoseconds as u64
}

fn random(index: u64) -> u64 {
    let mut z = index.wrapping_mul(0x9E3779B97F4A7C15).wrapping_add(0x1234567);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D049BB133111EB);
    z ^ (z >> 31)
}
fn text(z: u64) -> String {
    (0..16 + z % 9).map(|i| b"0123456789abcdef"[((z >> ((i * 4) & 63)) & 15) as usize] as char).collect()
}

fn status(name: &str) -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(name));
    line.and_then(|line| line.split_whitespace().nth(1)).and_then(|kb| kb.parse::<f64>().ok()).unwrap_or(0.0) * 1024.0
}

#[inline(never)]
fn fill<K: Hash + Eq + Clone, S: BuildHasher + Default>(keys: &[K], reserve: usize) -> HashMap<K, u64, S> {
    let mut map = HashMap::with_capacity_and_hasher(reserve, S::default());
    for (index, key) in keys.iter().enumerate() {
        map.insert(key.clone(), index as u64);
    }
    map
}
#[inline(never)]
fn look<K: Hash + Eq, S: BuildHasher>(map: &HashMap<K, u64, S>, keys: &[K]) -> u64 {
    let mut total = 0u64;
    for key in keys {
        if let Some(value) = map.get(key) {
            total = total.wrapping_add(value + 1);
        }
    }
    total
}
#[inline(never)]
fn churn<K: Hash + Eq + Clone, S: BuildHasher>(map: &mut HashMap<K, u64, S>, out: &[K], into: &[K]) {
    for index in 0..out.len() {
        assert!(map.remove(&out[index]).is_some());
        map.insert(into[index].clone(), index as u64);
    }
}

fn best(operations: f64, mut body: impl FnMut()) -> f64 {
    let (mut least, mut spent, mut rounds) = (u64::MAX, 0, 0);
    while rounds < 2 || rounds < 5 && spent < 500_000_000 {
        let start = cpu();
        body();
        let time = cpu() - start;
        least = least.min(time);
        spent += time;
        rounds += 1;
    }
    least as f64 / operations
}

fn run<K: Hash + Eq + Clone, S: BuildHasher + Default>(
    name: &str, kind: &str, n: usize, work: &[&str], key: impl Fn(u64) -> K,
) {
    let line = |workload: &str, value: f64| println!("{name},{kind},{workload},{n},{value:.2}");
    let on = |workload: &str| work.contains(&workload);
    if on("mem") {
        let before = status("VmRSS");
        let _ = std::fs::write("/proc/self/clear_refs", "5");
        let mut map: HashMap<K, u64, S> = HashMap::default();
        for index in 0..n as u64 {
            map.insert(key(random(index)), index);
        }
        line("mem-peak", (status("VmHWM") - before) / n as f64);
        line("mem-final", (status("VmRSS") - before) / n as f64);
    }
    let keys: Vec<K> = (0..n as u64).map(|index| key(random(index))).collect();
    if on("lat") {
        let mut times = vec![1u32; n];
        let mut map: HashMap<K, u64, S> = HashMap::default();
        let mut copies = keys.clone().into_iter();
        for time in times.iter_mut() {
            let key = copies.next().unwrap();
            let start = Instant::now();
            map.insert(key, 1);
            *time = start.elapsed().as_nanos().min(u32::MAX as u128) as u32;
        }
        if std::env::var("LATENCIES").is_ok() {
            let mut counts = std::collections::BTreeMap::new();
            for &time in &times {
                let power = 31 - time.max(1).leading_zeros();
                *counts.entry(power * 8 + (((time as u64) << 3 >> power) & 7) as u32).or_insert(0) += 1;
            }
            for (place, count) in counts {
                println!("{name},{kind},hist-{place},{n},{count}");
            }
        }
        times.sort_unstable();
        line("lat-p50", times[n / 2] as f64);
        line("lat-p999", times[n - 1 - n / 1000] as f64);
        line("lat-p9999", times[n - 1 - n / 10_000] as f64);
        line("lat-p99999", times[n - 1 - n / 100_000] as f64);
        line("lat-max", times[n - 1] as f64);
    }
    let repeats = (1_000_000 / n).max(1);
    let operations = (repeats * n) as f64;
    if on("insert-grow") {
        line("insert-grow", best(operations, || (0..repeats).for_each(|_| drop(black_box(fill::<K, S>(&keys, 0))))));
    }
    if on("insert-reserved") {
        line("insert-reserved", best(operations, || (0..repeats).for_each(|_| drop(black_box(fill::<K, S>(&keys, n))))));
    }
    if !on("lookup-hit") && !on("lookup-miss") && !on("iterate") && !on("churn") {
        return;
    }
    let mut map = fill::<K, S>(&keys, 0);
    let mut order: Vec<usize> = (0..n).collect();
    let mut state = 42;
    for index in (1..n).rev() {
        state = random(state);
        order.swap(index, (state % (index as u64 + 1)) as usize);
    }
    let queries: Vec<K> = order.iter().map(|&index| key(random(index as u64))).collect();
    let others: Vec<K> = (n..2 * n).map(|index| key(random(index as u64))).collect();
    if on("lookup-hit") {
        line("lookup-hit", best(operations, || (0..repeats).for_each(|_| { black_box(look(black_box(&map), &queries)); })));
    }
    if on("lookup-miss") {
        line("lookup-miss", best(operations, || (0..repeats).for_each(|_| { black_box(look(black_box(&map), &others)); })));
    }
    if on("iterate") {
        let sum = |map: &HashMap<K, u64, S>| map.values().fold(0u64, |total, value| total.wrapping_add(*value));
        line("iterate", best(operations, || (0..repeats).for_each(|_| { black_box(sum(black_box(&map))); })));
    }
    if on("churn") {
        let rounds = (repeats / 2).max(1);
        line("churn", best((rounds * 2 * n) as f64, || {
            for _ in 0..rounds {
                churn(&mut map, &queries, &others);
                churn(&mut map, &others, &queries);
            }
        }));
    }
}

fn main() {
    let mut options: HashMap<String, String> = [
        ("n", "1000,100000,4000000"), ("keys", "u64,string"), ("contenders", "rust-sip,rust-fx"), ("repetitions", "3"),
        ("workloads", "insert-grow,insert-reserved,lookup-hit,lookup-miss,iterate,churn,lat,mem"),
    ].map(|(name, value)| (name.to_string(), value.to_string())).into();
    for argument in std::env::args().skip(1) {
        let (name, value) = argument.split_once('=').unwrap_or((&argument, ""));
        match options.get_mut(name) {
            Some(option) => *option = value.to_string(),
            None => {
                eprintln!("maps: unknown argument '{argument}'");
                std::process::exit(2);
            }
        }
    }
    let work: Vec<&str> = options["workloads"].split(',').collect();
    for _ in 0..options["repetitions"].parse().unwrap_or(3) {
        for n in options["n"].split(',').filter_map(|n| n.parse().ok()) {
            for kind in options["keys"].split(',') {
                for name in options["contenders"].split(',') {
                    match (name, kind) {
                        ("rust-sip", "u64") => run::<u64, RandomState>(name, kind, n, &work, |z| z),
                        ("rust-fx", "u64") => run::<u64, FxBuild>(name, kind, n, &work, |z| z),
                        ("rust-sip", "string") => run::<String, RandomState>(name, kind, n, &work, text),
                        ("rust-fx", "string") => run::<String, FxBuild>(name, kind, n, &work, text),
                        _ => {}
                    }
                }
            }
        }
    }
}
