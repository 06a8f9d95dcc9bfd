/* Preloaded into everything that a build runs: directories are read from their end. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* What is left of an open directory. */
struct listing {
  DIR *directory;
  struct dirent64 **entries;
  size_t left;
  struct listing *next;
};

static struct listing *listings;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct listing **find(DIR *directory) {
  struct listing **place = &listings;
  while (*place && (*place)->directory != directory)
    place = &(*place)->next;
  return place;
}

static void forget(DIR *directory) {
  pthread_mutex_lock(&lock);
  struct listing **place = find(directory);
  if (*place) {
    struct listing *listing = *place;
    *place = listing->next;
    /* the entries were handed out: whoever has one may still look at it, so they are never freed */
    free(listing);
  }
  pthread_mutex_unlock(&lock);
}

static struct listing *list(DIR *directory) {
  struct dirent64 *(*next)(DIR *) = (struct dirent64 * (*)(DIR *)) dlsym(RTLD_NEXT, "readdir64");
  struct listing *listing = calloc(1, sizeof *listing);
  if (!listing)
    abort();
  listing->directory = directory;
  for (struct dirent64 *entry; (entry = next(directory));) {
    listing->entries = realloc(listing->entries, (listing->left + 1) * sizeof entry);
    struct dirent64 *copy = malloc(sizeof *copy);
    if (!listing->entries || !copy)
      abort();
    memcpy(copy, entry, entry->d_reclen < sizeof *copy ? entry->d_reclen : sizeof *copy);
    listing->entries[listing->left++] = copy;
  }
  return listing;
}

struct dirent64 *readdir64(DIR *directory) {
  pthread_mutex_lock(&lock);
  struct listing **place = find(directory);
  if (!*place)
    *place = list(directory);
  struct listing *listing = *place;
  struct dirent64 *entry = listing->left ? listing->entries[--listing->left] : NULL;
  pthread_mutex_unlock(&lock);
  return entry;
}

/* the same on a 64-bit machine */
struct dirent *readdir(DIR *directory) { return (struct dirent *)readdir64(directory); }

void rewinddir(DIR *directory) {
  forget(directory);
  ((void (*)(DIR *))dlsym(RTLD_NEXT, "rewinddir"))(directory);
}

int closedir(DIR *directory) {
  forget(directory);
  return ((int (*)(DIR *))dlsym(RTLD_NEXT, "closedir"))(directory);
}
