/* SPDX-License-Identifier: Apache-2.0 */
/* The scenarios that come with the program. A new one is a file, and two lines here. */
#include <sabot/sabot.h>

extern const struct sabot_scenario accept_herd;
extern const struct sabot_scenario barrier_phantom;
extern const struct sabot_scenario bounded_buffer;
extern const struct sabot_scenario cond_buffer;
extern const struct sabot_scenario cond_dead_waiter;
extern const struct sabot_scenario counter_cas;
extern const struct sabot_scenario daemon_orphan;
extern const struct sabot_scenario dekker;
extern const struct sabot_scenario eintr_restart;
extern const struct sabot_scenario epoll_edge;
extern const struct sabot_scenario epoll_exclusive;
extern const struct sabot_scenario epoll_ghost;
extern const struct sabot_scenario epoll_herd;
extern const struct sabot_scenario epoll_oneshot;
extern const struct sabot_scenario eventfd_permit;
extern const struct sabot_scenario fcntl_close_drops;
extern const struct sabot_scenario fcntl_fork_exec;
extern const struct sabot_scenario fcntl_ledger;
extern const struct sabot_scenario fcntl_long_cycle;
extern const struct sabot_scenario fcntl_model;
extern const struct sabot_scenario fd_leak;
extern const struct sabot_scenario heap_leak;
extern const struct sabot_scenario fifo_rendezvous;
extern const struct sabot_scenario flock_inherited;
extern const struct sabot_scenario flock_upgrade;
extern const struct sabot_scenario futex_lost_wake;
extern const struct sabot_scenario handler_unsafe;
extern const struct sabot_scenario jobserver;
extern const struct sabot_scenario lease;
extern const struct sabot_scenario listener_death;
extern const struct sabot_scenario lock_file;
extern const struct sabot_scenario lock_order;
extern const struct sabot_scenario map_truncate;
extern const struct sabot_scenario mcs_lock;
extern const struct sabot_scenario memfd_seal;
extern const struct sabot_scenario mixed_cycle;
extern const struct sabot_scenario mmap_file;
extern const struct sabot_scenario mpmc_ring;
extern const struct sabot_scenario mq_notify_scenario;
extern const struct sabot_scenario mq_request;
extern const struct sabot_scenario mq_sleeper;
extern const struct sabot_scenario mq_unlinked;
extern const struct sabot_scenario msgq_ack;
extern const struct sabot_scenario msgq_removed;
extern const struct sabot_scenario msgq_types;
extern const struct sabot_scenario mutex_dead_holder;
extern const struct sabot_scenario mutex_dead_waiter;
extern const struct sabot_scenario parent_death;
extern const struct sabot_scenario peterson;
extern const struct sabot_scenario philosophers;
extern const struct sabot_scenario pid_namespaces;
extern const struct sabot_scenario pidfile;
extern const struct sabot_scenario pipe_atomic;
extern const struct sabot_scenario pipe_capacity;
extern const struct sabot_scenario pipe_eof;
extern const struct sabot_scenario pipe_full_duplex;
extern const struct sabot_scenario pipe_sigpipe;
extern const struct sabot_scenario pipe_workers;
extern const struct sabot_scenario popen_child;
extern const struct sabot_scenario posix_sem_mutex;
extern const struct sabot_scenario posix_sem_named;
extern const struct sabot_scenario rcu_style;
extern const struct sabot_scenario readers_writers;
extern const struct sabot_scenario robust_fork;
extern const struct sabot_scenario robust_ledger;
extern const struct sabot_scenario robust_limit;
extern const struct sabot_scenario robust_notrecoverable;
extern const struct sabot_scenario robust_trylock;
extern const struct sabot_scenario rwlock_after_death;
extern const struct sabot_scenario rwlock_dead_holder;
extern const struct sabot_scenario sem_create_race;
extern const struct sabot_scenario sem_post_in_handler;
extern const struct sabot_scenario sem_removed;
extern const struct sabot_scenario semundo_crash;
extern const struct sabot_scenario semundo_cross;
extern const struct sabot_scenario semundo_owner;
extern const struct sabot_scenario semundo_setval;
extern const struct sabot_scenario semundo_signal;
extern const struct sabot_scenario seqlock;
extern const struct sabot_scenario shm_create_init;
extern const struct sabot_scenario shm_publish;
extern const struct sabot_scenario shm_rmid_attach;
extern const struct sabot_scenario short_io;
extern const struct sabot_scenario sig_coalesce;
extern const struct sabot_scenario sig_race_pause;
extern const struct sabot_scenario sigchld_reap;
extern const struct sabot_scenario signalfd_inherited;
extern const struct sabot_scenario spin_dead_holder;
extern const struct sabot_scenario spsc_ring;
extern const struct sabot_scenario tcp_graceful;
extern const struct sabot_scenario tcp_peer_death;
extern const struct sabot_scenario tcp_rebind;
extern const struct sabot_scenario thread_death;
extern const struct sabot_scenario ticket_lock;
extern const struct sabot_scenario treiber_stack;
extern const struct sabot_scenario two_locks_one_map;
extern const struct sabot_scenario unix_fd_passing;
extern const struct sabot_scenario unix_peer_death;
extern const struct sabot_scenario writer_starvation;

extern const struct sabot_scenario *const scenarios_builtin[];
/* clang-format off */
const struct sabot_scenario *const scenarios_builtin[] = {
	&accept_herd,
	&barrier_phantom,
	&bounded_buffer,
	&cond_buffer,
	&cond_dead_waiter,
	&counter_cas,
	&daemon_orphan,
	&dekker,
	&eintr_restart,
	&epoll_edge,
	&epoll_exclusive,
	&epoll_ghost,
	&epoll_herd,
	&epoll_oneshot,
	&eventfd_permit,
	&fcntl_close_drops,
	&fcntl_fork_exec,
	&fcntl_ledger,
	&fcntl_long_cycle,
	&fcntl_model,
	&fd_leak, &heap_leak,
	&fifo_rendezvous,
	&flock_inherited,
	&flock_upgrade,
	&futex_lost_wake,
	&handler_unsafe,
	&jobserver,
	&lease,
	&listener_death,
	&lock_file,
	&lock_order,
	&map_truncate,
	&mcs_lock,
	&memfd_seal,
	&mixed_cycle,
	&mmap_file,
	&mpmc_ring,
	&mq_notify_scenario,
	&mq_request,
	&mq_sleeper,
	&mq_unlinked,
	&msgq_ack,
	&msgq_removed,
	&msgq_types,
	&mutex_dead_holder,
	&mutex_dead_waiter,
	&parent_death,
	&peterson,
	&philosophers,
	&pid_namespaces,
	&pidfile,
	&pipe_atomic,
	&pipe_capacity,
	&pipe_eof,
	&pipe_full_duplex,
	&pipe_sigpipe,
	&pipe_workers,
	&popen_child,
	&posix_sem_mutex,
	&posix_sem_named,
	&rcu_style,
	&readers_writers,
	&robust_fork,
	&robust_ledger,
	&robust_limit,
	&robust_notrecoverable,
	&robust_trylock,
	&rwlock_after_death,
	&rwlock_dead_holder,
	&sem_create_race,
	&sem_post_in_handler,
	&sem_removed,
	&semundo_crash,
	&semundo_cross,
	&semundo_owner,
	&semundo_setval,
	&semundo_signal,
	&seqlock,
	&shm_create_init,
	&shm_publish,
	&shm_rmid_attach,
	&short_io,
	&sig_coalesce,
	&sig_race_pause,
	&sigchld_reap,
	&signalfd_inherited,
	&spin_dead_holder,
	&spsc_ring,
	&tcp_graceful,
	&tcp_peer_death,
	&tcp_rebind,
	&thread_death,
	&ticket_lock,
	&treiber_stack,
	&two_locks_one_map,
	&unix_fd_passing,
	&unix_peer_death,
	&writer_starvation,
	NULL,
};
/* clang-format on */
