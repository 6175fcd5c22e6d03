#pragma once

// libstdc++'s mutex headers were configured against glibc and name four functions that musl lacks.
// They are declared so that the headers compile; nothing of ours calls them, so nothing defines
// them.
#include_next <pthread.h>

#ifdef __cplusplus
extern "C" {
#endif
int pthread_cond_clockwait(pthread_cond_t*, pthread_mutex_t*, clockid_t, const struct timespec*);
int pthread_mutex_clocklock(pthread_mutex_t*, clockid_t, const struct timespec*);
int pthread_rwlock_clockrdlock(pthread_rwlock_t*, clockid_t, const struct timespec*);
int pthread_rwlock_clockwrlock(pthread_rwlock_t*, clockid_t, const struct timespec*);
#ifdef __cplusplus
}
#endif
