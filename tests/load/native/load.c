// SPDX-License-Identifier: EUPL-1.2
// A load generator that costs next to nothing and believes no stream: each is counted token by token to its end.
//
//   load port=P [core=N] [seconds=S] [timeout_ms=T] [settle_ms=M] [from_ms=F] name,
//        connections,rate_millihertz,requests,tokens,file ...
//
// A group sends the bytes of its file over its kept connections: as fast as answers come (rate 0), or at a rate, whose
// latency then counts from the moment a request was due. `requests` 0 means until the seconds are over. Tokens 0 means a
// whole JSON answer. With settle_ms all connections are opened first and it waits so long, so that taking them is no part
// of what is measured. Times to the first token and tokens_in_time count from from_ms after the start. Prints one JSON object.
#include "common.h"

enum { MAX_GROUPS = 256, HEAD_BYTES = 16384, LINE_BYTES = 65536 };
enum outcome { COMPLETE, TYPED_ERROR, SILENT, BROKEN_OFF, FALSE_DONE, STATUS, REFUSED, TIMEOUT, OUTCOMES };
static const char *OUTCOME[] = {"complete", "typed_error", "silent_cut", "broken_off", "false_done", "status", "refused", "timeout"};

struct samples { uint32_t *values; size_t count, capacity; };
struct group {
  char name[64], *request;
  size_t length;
  long connections, requests, tokens, sent, open, late, outcomes[OUTCOMES], statuses[600], got_tokens, in_time;
  int64_t every_ns, due_ns;
  struct samples ttft, total, gap;
};
enum body { UNTIL_CLOSE, LENGTH, CHUNK_SIZE, CHUNK, CHUNK_END, TRAILER };
struct connection {
  struct group *group;
  int fd, busy, in_body, status, keeps, done, error, ended, event_stream, kind;
  enum body body;
  long left, tokens;
  int64_t begin_ns, last_ns;
  size_t have, unsent;
  char *head, *line;
  size_t line_length;
};

static struct { long port, core, seconds, timeout_ms, settle_ms, from_ms; } given = {0, -1, 0, 60000, 0, 0};
static int64_t counts_from_ns;
static struct group groups[MAX_GROUPS];
static int group_count, epoll, deadline_passed;
static long open_requests, connection_count;
static struct connection *connections;

static void sample(struct samples *s, int64_t ns) {
  if (s->count == s->capacity) s->values = realloc(s->values, sizeof *s->values * (s->capacity = s->capacity * 2 + 1024));
  s->values[s->count++] = ns < 0 ? 0 : ns / 1000;
}

static void disconnect(struct connection *c) {
  if (c->fd >= 0) close(c->fd);
  c->fd = -1;
}

static int connected(struct connection *c) {
  if (c->fd >= 0) return 1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(given.port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  c->fd = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(c->fd, (void *)&address, sizeof address)) { disconnect(c); return 0; }
  no_delay(c->fd);
  fcntl(c->fd, F_SETFL, O_NONBLOCK);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &event)) die("epoll_ctl");
  return 1;
}

static void finish(struct connection *c, enum outcome outcome) {
  struct group *g = c->group;
  g->outcomes[outcome]++, g->open--, open_requests--;
  if (c->status > 0 && c->status < 600) g->statuses[c->status]++;
  if (outcome == COMPLETE) sample(&g->total, now_ns() - c->begin_ns);
  c->busy = 0;
  if (!c->ended || !c->keeps) disconnect(c);
}

// What a client that believes the message would think, beside what it should have got.
static void judge(struct connection *c) {
  long expected = c->group->tokens;
  if (!c->in_body || !c->ended) finish(c, c->error ? TYPED_ERROR : BROKEN_OFF);
  else if (c->status != 200) finish(c, STATUS);
  else if (!expected) finish(c, COMPLETE);
  else if (c->error && !c->done) finish(c, TYPED_ERROR);
  else if (c->done && c->tokens == expected && !c->error) finish(c, COMPLETE);
  else finish(c, c->done ? FALSE_DONE : SILENT);
}

static void send_rest(struct connection *c) {
  struct group *g = c->group;
  while (c->unsent < g->length) {
    ssize_t sent = send(c->fd, g->request + c->unsent, g->length - c->unsent, MSG_NOSIGNAL);
    if (sent < 0) break;  // full: the next millisecond tries again; broken: reading tells
    c->unsent += sent;
  }
}

static void begin(struct connection *c, int64_t due_ns) {
  c->group->sent++, c->group->open++, open_requests++;
  c->busy = 1, c->in_body = c->status = c->done = c->error = c->ended = c->event_stream = c->kind = 0;
  c->keeps = 1, c->have = c->line_length = c->tokens = c->unsent = 0;
  c->begin_ns = due_ns, c->last_ns = 0;
  if (!connected(c)) { finish(c, REFUSED); return; }
  send_rest(c);
}

static void token(struct connection *c) {
  int64_t now = now_ns();
  struct group *g = c->group;
  if (c->tokens++) sample(&g->gap, now - c->last_ns);
  else if (c->begin_ns >= counts_from_ns) sample(&g->ttft, now - c->begin_ns);
  c->last_ns = now, g->got_tokens++;
  if (!deadline_passed && now >= counts_from_ns) g->in_time++;
}

static void line(struct connection *c) {
  char *text = c->line;
  size_t length = c->line_length;
  if (!length || (length == 1 && *text == '\r')) c->kind = 0;
  if (length > 7 && !memcmp(text, "event: ", 7)) c->kind = text[7];  // done, error and text.delta of a run
  if (length < 6 || memcmp(text, "data:", 5)) return;
  if (c->kind == 'd' || memmem(text, length, "[DONE]", 6)) c->done = 1;
  else if (c->kind == 'e' || memmem(text, length, "\"error\":", 8)) c->error = 1;
  else if (memmem(text, length, "\"content\":", 10) || memmem(text, length, "\"text\":", 7))
    for (char *end = text + length; (text = memmem(text, end - text, " nnn", 4)); text += 4) token(c);
}

static void feed(struct connection *c, const char *data, size_t length) {
  if (!c->event_stream) return;
  while (length) {
    const char *end = memchr(data, '\n', length);
    size_t part = end ? (size_t)(end - data) : length;
    if (c->line_length + part < LINE_BYTES) memcpy(c->line + c->line_length, data, part), c->line_length += part;
    if (!end) return;
    line(c);
    c->line_length = 0;
    data = end + 1, length -= part + 1;
  }
}

// The body's framing; sets `ended` at the end of the message.
static void body(struct connection *c, const char *data, size_t length) {
  while (length && !c->ended) {
    size_t part = 1;
    if (c->body == CHUNK_SIZE) {
      if (*data == '\n') c->body = c->left ? CHUNK : TRAILER;
      else if (*data != '\r') c->left = c->left * 16 + (*data <= '9' ? *data - '0' : (*data | 32) - 'a' + 10);
    } else if (c->body == CHUNK_END) {
      if (*data == '\n') c->body = CHUNK_SIZE, c->left = 0;
    } else if (c->body == TRAILER) {
      if (*data == '\n') c->ended = 1;
    } else {
      part = c->body == UNTIL_CLOSE || (long)length < c->left ? length : (size_t)c->left;
      feed(c, data, part);
      if (c->body != UNTIL_CLOSE) c->left -= part;
      if (c->body == CHUNK && !c->left) c->body = CHUNK_END;
      if (c->body == LENGTH && !c->left) c->ended = 1;
    }
    data += part, length -= part;
  }
}

static void head(struct connection *c, const char *data, size_t length) {
  if (c->have + length >= HEAD_BYTES) length = HEAD_BYTES - c->have - 1;
  memcpy(c->head + c->have, data, length);
  c->have += length, c->head[c->have] = 0;
  char *end = strstr(c->head, "\r\n\r\n");
  if (!end) return;
  *end = 0;
  c->status = c->have > 12 ? atoi(c->head + 9) : 0;
  c->in_body = 1;
  c->keeps = !strcasestr(c->head, "\r\nconnection: close");
  c->event_stream = c->status == 200 && c->group->tokens > 0;
  char *said = strcasestr(c->head, "\r\ncontent-length:");
  c->left = said ? atol(said + 17) : 0;
  c->body = strcasestr(c->head, "\r\ntransfer-encoding: chunked") ? CHUNK_SIZE : said ? LENGTH : UNTIL_CLOSE;
  if (c->body == LENGTH && !c->left) c->ended = 1;
  end += 4;
  body(c, end, c->head + c->have - end);
}

static void readable(struct connection *c) {
  char data[65536];
  while (c->fd >= 0) {
    ssize_t got = recv(c->fd, data, sizeof data, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (!c->busy) { disconnect(c); return; }
    if (got <= 0) {
      if (got == 0 && c->in_body && c->body == UNTIL_CLOSE) c->ended = 1, c->keeps = 0;
      judge(c);
      return;
    }
    if (c->in_body) body(c, data, got); else head(c, data, got);
    if (c->ended) { judge(c); return; }
  }
}

static int wants(struct group *g) { return g->requests ? g->sent < g->requests : !deadline_passed; }

// Every millisecond, and after each round of answers: give idle connections what is due.
static void send_due(int64_t now) {
  for (long i = 0; i < connection_count; i++) {
    struct connection *c = &connections[i];
    struct group *g = c->group;
    if (c->busy && c->unsent < g->length && c->fd >= 0) send_rest(c);
    if (c->busy && now - c->begin_ns > given.timeout_ms * 1000000LL) finish(c, TIMEOUT);
    if (c->busy || !wants(g)) continue;
    if (!g->every_ns) begin(c, now);
    else if (now >= g->due_ns) begin(c, g->due_ns), g->due_ns += g->every_ns;
  }
}

static char *file(const char *path, size_t *length) {
  FILE *in = fopen(path, "rb");
  if (!in) die(path);
  char *bytes = malloc(8 << 20);
  *length = fread(bytes, 1, 8 << 20, in);
  fclose(in);
  return bytes;
}

static void group(char *text) {
  struct group *g = &groups[group_count++];
  long rate;
  char path[4096];
  if (sscanf(text, "%63[^,],%ld,%ld,%ld,%ld,%4095s", g->name, &g->connections, &rate, &g->requests, &g->tokens, path) != 6)
    fprintf(stderr, "not a group: %s\n", text), exit(2);
  g->every_ns = rate ? 1000000000000LL / rate : 0;
  g->request = file(path, &g->length);
  connection_count += g->connections;
}

static int ascending(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return x < y ? -1 : x > y;
}

static void print_samples(const char *name, struct samples *s) {
  qsort(s->values, s->count, sizeof *s->values, ascending);
  static const int AT[] = {50, 95, 99};
  printf(",\"%s_us\":{\"count\":%zu", name, s->count);
  for (int i = 0; i < 3 && s->count; i++) printf(",\"p%d\":%u", AT[i], s->values[(s->count - 1) * AT[i] / 100]);
  if (s->count) printf(",\"max\":%u", s->values[s->count - 1]);
  printf("}");
}

static void print_group(struct group *g) {
  const char *comma = "";
  printf("{\"name\":\"%s\",\"sent\":%ld,\"tokens\":%ld,\"tokens_in_time\":%ld", g->name, g->sent, g->got_tokens, g->in_time);
  for (int i = 0; i < OUTCOMES; i++) printf(",\"%s\":%ld", OUTCOME[i], g->outcomes[i]);
  printf(",\"statuses\":{");
  for (int i = 0; i < 600; i++) if (g->statuses[i]) printf("%s\"%d\":%ld", comma, i, g->statuses[i]), comma = ",";
  printf("}");
  print_samples("ttft", &g->ttft);
  print_samples("gap", &g->gap);
  print_samples("total", &g->total);
  printf("}");
}

static void prepare(void) {
  long at = 0;
  connections = calloc(connection_count, sizeof *connections);
  for (int i = 0; i < group_count; i++) {
    for (long k = 0; k < groups[i].connections; k++, at++) {
      connections[at] = (struct connection){.group = &groups[i], .fd = -1, .head = malloc(HEAD_BYTES), .line = malloc(LINE_BYTES)};
      if (given.settle_ms) connected(&connections[at]);
    }
  }
  usleep(given.settle_ms * 1000);
}

static int over(void) {
  if (open_requests) return 0;
  for (int i = 0; i < group_count; i++) if (wants(&groups[i])) return 0;
  return 1;
}

static void run(void) {
  struct epoll_event events[256];
  prepare();
  int tick = ticker(1000000);
  int64_t start = now_ns();
  if (given.from_ms) counts_from_ns = start + given.from_ms * 1000000LL;
  for (int i = 0; i < group_count; i++)  // groups of one rate do not beat in one moment
    groups[i].due_ns = start + groups[i].every_ns * i / group_count;
  watch(epoll, tick, &tick);
  while (!over()) {
    int found = epoll_wait(epoll, events, 256, -1);
    int64_t now = now_ns();
    for (int i = 0; i < found; i++) {
      uint64_t times;
      if (events[i].data.ptr != &tick) readable(events[i].data.ptr);
      else if (read(tick, &times, sizeof times) > 0) {
        deadline_passed = given.seconds && now - start > given.seconds * 1000000000LL;
        send_due(now);
      }
    }
  }
  printf("{\"wall_us\":%ld,\"cpu_us\":%ld,\"groups\":[", (long)(now_ns() - start) / 1000, (long)(clock() * 1000000.0 / CLOCKS_PER_SEC));
}

int main(int count, char **words) {
  for (int i = 1; i < count; i++) {
    size_t length = strlen(words[i]);
    if (strchr(words[i], ',')) {
      if (group_count == MAX_GROUPS) fprintf(stderr, "more than %d groups\n", MAX_GROUPS), exit(2);
      group(words[i]);
      continue;
    }
    given.port = number_after(words[i], length, "port=", given.port);
    given.core = number_after(words[i], length, "core=", given.core);
    given.seconds = number_after(words[i], length, "seconds=", given.seconds);
    given.settle_ms = number_after(words[i], length, "settle_ms=", given.settle_ms);
    given.from_ms = number_after(words[i], length, "from_ms=", given.from_ms);
    given.timeout_ms = number_after(words[i], length, "timeout_ms=", given.timeout_ms);
  }
  many_files();
  pin(given.core);
  epoll = epoll_create1(0);
  run();
  for (int i = 0; i < group_count; i++) {
    if (i) printf(",");
    print_group(&groups[i]);
  }
  printf("]}\n");
}
