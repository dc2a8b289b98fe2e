// absl::flat_hash_map, boost::unordered_flat_map and std::unordered_map on the workloads of Sources/bench; same arguments, same lines.
#include <absl/container/flat_hash_map.h>
#include <boost/unordered/unordered_flat_map.hpp>
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

using u64 = uint64_t;
static long at(clockid_t c) { timespec t; clock_gettime(c, &t); return t.tv_sec * 1000000000L + t.tv_nsec; }
static long cpu() { return at(CLOCK_PROCESS_CPUTIME_ID); }
static long wall() { return at(CLOCK_MONOTONIC); }
static u64 rnd(u64 i) {
  u64 z = i * 0x9E3779B97F4A7C15ull + 0x1234567;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}
static u64 number(u64 z) { return z; }
static std::string text(u64 z) {
  std::string s(16 + z % 9, 0);
  for (size_t i = 0; i < s.size(); i++) s[i] = "0123456789abcdef"[(z >> ((i * 4) & 63)) & 15];
  return s;
}
static long status(const char *name) {
  FILE *f = fopen("/proc/self/status", "r");
  char line[256]; long kb = 0; size_t n = strlen(name);
  while (fgets(line, sizeof line, f)) if (!strncmp(line, name, n) && line[n] == ':') kb = atol(line + n + 1);
  fclose(f);
  return kb * 1024;
}
static std::vector<std::string> split(const std::string &s) {
  std::vector<std::string> r; size_t i = 0;
  while (i <= s.size()) { size_t j = s.find(',', i); if (j == std::string::npos) j = s.size(); r.push_back(s.substr(i, j - i)); i = j + 1; }
  return r;
}
static std::vector<std::string> workloads;
static bool on(const char *w) { return std::find(workloads.begin(), workloads.end(), w) != workloads.end(); }

template <class M, class K> __attribute__((noinline)) M *fill(const std::vector<K> &k, size_t reserve) {
  M *m = new M(); if (reserve) m->reserve(reserve);
  for (size_t i = 0; i < k.size(); i++) (*m)[k[i]] = i;
  return m;
}
template <class M, class K> __attribute__((noinline)) u64 look(M &m, const std::vector<K> &k) {
  u64 t = 0;
  for (size_t i = 0; i < k.size(); i++) { auto it = m.find(k[i]); if (it != m.end()) t += it->second + 1; }
  wall();
  return t;
}
template <class M> __attribute__((noinline)) u64 sum(M &m) { wall(); u64 t = 0; for (auto &e : m) t += e.second; return t; }
template <class M, class K> __attribute__((noinline)) void churn(M &m, const std::vector<K> &out, const std::vector<K> &in) {
  for (size_t i = 0; i < out.size(); i++) { if (!m.erase(out[i])) abort(); m[in[i]] = i; }
}
template <class F> double best(double ops, F f) {
  long least = 1L << 62, spent = 0;
  for (int r = 0; r < 2 || (r < 5 && spent < 500000000); r++) { long t = cpu(); f(); t = cpu() - t; least = std::min(least, t); spent += t; }
  return least / ops;
}
template <class M, class K, class F> void run(const char *name, const char *kn, size_t n, F key) {
  auto line = [&](const char *w, double v) { printf("%s,%s,%s,%zu,%.2f\n", name, kn, w, n, v); fflush(stdout); };
  if (on("mem")) {
    long before = status("VmRSS");
    FILE *f = fopen("/proc/self/clear_refs", "w"); if (f) { fputs("5", f); fclose(f); }
    M m; for (size_t i = 0; i < n; i++) m[key(rnd(i))] = i;
    line("mem-peak", double(status("VmHWM") - before) / n);
    line("mem-final", double(status("VmRSS") - before) / n);
  }
  std::vector<K> keys; keys.reserve(n);
  for (size_t i = 0; i < n; i++) keys.push_back(key(rnd(i)));
  if (on("lat")) {
    std::vector<uint32_t> l(n, 1); M m;
    for (size_t i = 0; i < n; i++) { long t = wall(); m[keys[i]] = i; l[i] = (uint32_t)std::min(wall() - t, 0xFFFFFFFFL); }
    if (getenv("LATENCIES")) {
      std::map<int, long> counts;
      for (uint32_t t : l) { int p = 31 - __builtin_clz(t | 1); counts[p * 8 + int(((uint64_t(t) << 3) >> p) & 7)]++; }
      for (auto &c : counts) printf("%s,%s,hist-%d,%zu,%ld\n", name, kn, c.first, n, c.second);
    }
    std::sort(l.begin(), l.end());
    line("lat-p50", l[n / 2]); line("lat-p999", l[n - 1 - n / 1000]); line("lat-p9999", l[n - 1 - n / 10000]);
    line("lat-p99999", l[n - 1 - n / 100000]); line("lat-max", l[n - 1]);
  }
  size_t reps = std::max<size_t>(1, 1000000 / n); u64 sink = 0; double ops = double(reps) * n;
  if (on("insert-grow")) line("insert-grow", best(ops, [&] { for (size_t r = 0; r < reps; r++) { M *m = fill<M>(keys, 0); sink += m->size(); delete m; } }));
  if (on("insert-reserved")) line("insert-reserved", best(ops, [&] { for (size_t r = 0; r < reps; r++) { M *m = fill<M>(keys, n); sink += m->size(); delete m; } }));
  if (!on("lookup-hit") && !on("lookup-miss") && !on("iterate") && !on("churn")) return;
  M *m = fill<M>(keys, 0);
  std::vector<size_t> perm(n); for (size_t i = 0; i < n; i++) perm[i] = i;
  u64 g = 42; for (size_t i = n - 1; i > 0; i--) { g = rnd(g); std::swap(perm[i], perm[g % (i + 1)]); }
  std::vector<K> q, o; for (size_t i = 0; i < n; i++) { q.push_back(key(rnd(perm[i]))); o.push_back(key(rnd(i + n))); }
  if (on("lookup-hit")) line("lookup-hit", best(ops, [&] { for (size_t r = 0; r < reps; r++) sink += look(*m, q); }));
  if (on("lookup-miss")) line("lookup-miss", best(ops, [&] { for (size_t r = 0; r < reps; r++) sink += look(*m, o); }));
  if (on("iterate")) line("iterate", best(ops, [&] { for (size_t r = 0; r < reps; r++) sink += sum(*m); }));
  if (on("churn")) {
    size_t rounds = std::max<size_t>(1, reps / 2);
    line("churn", best(double(rounds) * 2 * n, [&] { for (size_t r = 0; r < rounds; r++) { churn(*m, q, o); churn(*m, o, q); } }));
  }
  delete m;
  if (sink == 1) puts("#");
}
template <class K, class F> void runAll(const std::vector<std::string> &contenders, const char *kn, size_t n, F key) {
  for (auto &c : contenders) {
    if (c == "absl") run<absl::flat_hash_map<K, u64>, K>("absl", kn, n, key);
    if (c == "boost") run<boost::unordered_flat_map<K, u64>, K>("boost", kn, n, key);
    if (c == "std-unordered") run<std::unordered_map<K, u64>, K>("std-unordered", kn, n, key);
  }
}
int main(int argc, char **argv) {
  std::string n = "1000,100000,4000000", keys = "u64,string", contenders = "absl,boost", repetitions = "3";
  std::string work = "insert-grow,insert-reserved,lookup-hit,lookup-miss,iterate,churn,lat,mem";
  for (int i = 1; i < argc; i++) {
    std::string a = argv[i]; auto e = a.find('='); std::string k = a.substr(0, e), v = e == std::string::npos ? "" : a.substr(e + 1);
    if (k == "n") n = v; else if (k == "keys") keys = v; else if (k == "contenders") contenders = v;
    else if (k == "repetitions") repetitions = v; else if (k == "workloads") work = v;
    else { fprintf(stderr, "maps: unknown argument '%s'\n", argv[i]); return 2; }
  }
  workloads = split(work);
  for (int r = 0; r < atoi(repetitions.c_str()); r++)
    for (auto &c : split(n))
      for (auto &k : split(keys)) {
        if (k == "u64") runAll<u64>(split(contenders), "u64", atol(c.c_str()), number);
        if (k == "string") runAll<std::string>(split(contenders), "string", atol(c.c_str()), text);
      }
}
