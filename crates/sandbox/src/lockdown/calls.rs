//! Which system calls does an interpreter, or a native program, still need?

use libc::{CLONE_THREAD, PROT_EXEC, c_long};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
};
use std::{collections::BTreeMap, io};

/// What a WebAssembly or JavaScript interpreter needs once it is loaded: files of the workspace by descriptor and path,
/// memory, threads, clocks.
const ALLOWED: &[c_long] = &[
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_pread64,
    libc::SYS_preadv,
    libc::SYS_preadv2,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_pwrite64,
    libc::SYS_pwritev,
    libc::SYS_pwritev2,
    libc::SYS_openat,
    libc::SYS_openat2,
    libc::SYS_close,
    libc::SYS_lseek,
    libc::SYS_dup,
    libc::SYS_fcntl,
    libc::SYS_fstat,
    libc::SYS_newfstatat,
    libc::SYS_statx,
    libc::SYS_fstatfs,
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    libc::SYS_getdents64,
    libc::SYS_readlinkat,
    libc::SYS_mkdirat,
    libc::SYS_unlinkat,
    libc::SYS_renameat,
    libc::SYS_renameat2,
    libc::SYS_utimensat,
    libc::SYS_ftruncate,
    libc::SYS_fallocate,
    libc::SYS_fadvise64,
    libc::SYS_fsync,
    libc::SYS_fdatasync,
    libc::SYS_getcwd,
    libc::SYS_munmap,
    libc::SYS_madvise,
    libc::SYS_mremap,
    libc::SYS_brk,
    libc::SYS_futex,
    libc::SYS_set_robust_list,
    libc::SYS_rseq,
    libc::SYS_set_tid_address,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_getrlimit,
    libc::SYS_membarrier,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_restart_syscall,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_gettid,
    libc::SYS_getpid,
    libc::SYS_getuid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getegid,
    libc::SYS_uname,
    libc::SYS_sysinfo,
    libc::SYS_clock_gettime,
    libc::SYS_clock_getres,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_gettimeofday,
    libc::SYS_getrandom,
    libc::SYS_ppoll,
    libc::SYS_epoll_create1,
    libc::SYS_epoll_ctl,
    libc::SYS_epoll_pwait,
    libc::SYS_eventfd2,
    libc::SYS_getrusage,
    libc::SYS_recvfrom,
    libc::SYS_sendto,
];

/// The older calls that this architecture still has.
#[cfg(target_arch = "x86_64")]
const ALLOWED_OLDER: &[c_long] = &[
    libc::SYS_open,
    libc::SYS_stat,
    libc::SYS_lstat,
    libc::SYS_access,
    libc::SYS_readlink,
    libc::SYS_mkdir,
    libc::SYS_rmdir,
    libc::SYS_unlink,
    libc::SYS_rename,
    libc::SYS_poll,
    libc::SYS_epoll_wait,
    libc::SYS_time,
    libc::SYS_arch_prctl,
];
#[cfg(not(target_arch = "x86_64"))]
const ALLOWED_OLDER: &[c_long] = &[];

/// What no program needs and what past escapes were made of. A native interpreter may do the rest inside its namespaces.
const FORBIDDEN: &[c_long] = &[
    libc::SYS_socket,
    // A descriptor on its way through a pair of sockets holds its file where nobody can count it. Bytes need neither.
    libc::SYS_sendmsg,
    libc::SYS_sendmmsg,
    libc::SYS_ptrace,
    // Memory in a file that is nowhere, or in a segment that nobody has attached, is in the limits of no process.
    libc::SYS_memfd_create,
    libc::SYS_shmget,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_kcmp,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_open_tree,
    libc::SYS_move_mount,
    libc::SYS_fsopen,
    libc::SYS_fsmount,
    libc::SYS_fsconfig,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_acct,
    libc::SYS_quotactl,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_adjtimex,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_syslog,
    libc::SYS_vhangup,
    libc::SYS_personality,
    libc::SYS_open_by_handle_at,
    libc::SYS_name_to_handle_at,
    libc::SYS_lookup_dcookie,
    libc::SYS_nfsservctl,
    libc::SYS_pidfd_getfd,
    libc::SYS_pidfd_open,
    libc::SYS_mknodat,
    libc::SYS_fanotify_init,
];

/// What native interpreters ask of a descriptor's driver: is it a terminal and how wide, how much is there to read, wait or
/// not, close on start or not. The numbers are the same on every architecture that has filters. All other requests stay
/// out: they reserve disk that no file's size shows, type into terminals, and are as many as there are drivers.
const REQUESTS: &[u64] = &[
    0x5401,      // TCGETS
    0x802c_542a, // TCGETS2
    0x540f,      // TIOCGPGRP
    0x5413,      // TIOCGWINSZ
    0x541b,      // FIONREAD
    0x5421,      // FIONBIO
    0x5450,      // FIONCLEX
    0x5451,      // FIOCLEX
];

/// Everything but what an interpreter needs answers "no such call".
pub fn interpreter_filter() -> io::Result<BpfProgram> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = BTreeMap::new();
    for call in ALLOWED.iter().chain(ALLOWED_OLDER) {
        rules.insert(*call, vec![]);
    }
    let thread = u64::try_from(CLONE_THREAD).map_err(io::Error::other)?;
    let executable = u64::try_from(PROT_EXEC).map_err(io::Error::other)?;
    // Threads, not processes. `clone3` hides its flags from a filter; refused, the C library falls back to `clone`.
    rules.insert(libc::SYS_clone, vec![only_if(0, SeccompCmpOp::MaskedEq(thread), thread)?]);
    // No memory becomes executable any more: the interpreter was compiled and loaded before.
    rules.insert(libc::SYS_mmap, vec![only_if(2, SeccompCmpOp::MaskedEq(executable), 0)?]);
    rules.insert(libc::SYS_mprotect, vec![only_if(2, SeccompCmpOp::MaskedEq(executable), 0)?]);
    // Threads have names; nothing else of this call.
    let set_name = u64::try_from(libc::PR_SET_NAME).map_err(io::Error::other)?;
    rules.insert(libc::SYS_prctl, vec![only_if(0, SeccompCmpOp::Eq, set_name)?]);
    // Its own limits and its own threads, nobody else's.
    rules.insert(libc::SYS_prlimit64, vec![only_if(0, SeccompCmpOp::Eq, 0)?]);
    rules.insert(libc::SYS_tgkill, vec![only_if(0, SeccompCmpOp::Eq, u64::from(std::process::id()))?]);
    let refuse = SeccompAction::Errno(u32::try_from(libc::ENOSYS).map_err(io::Error::other)?);
    compile(rules, refuse, SeccompAction::Allow)
}

/// Everything but what is forbidden is let through to the namespaces that hold the program.
pub fn program_filter() -> io::Result<BpfProgram> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = FORBIDDEN.iter().map(|call| (*call, vec![])).collect();
    // Room behind a file's end is disk that neither the file's size nor the limit of it shows.
    let behind_the_end = u64::try_from(libc::FALLOC_FL_KEEP_SIZE).map_err(io::Error::other)?;
    rules.insert(libc::SYS_fallocate, vec![only_if(1, SeccompCmpOp::MaskedEq(behind_the_end), behind_the_end)?]);
    rules.insert(libc::SYS_ioctl, vec![none_of(1, REQUESTS)?]);
    let refuse = SeccompAction::Errno(u32::try_from(libc::EPERM).map_err(io::Error::other)?);
    compile(rules, SeccompAction::Allow, refuse)
}

fn only_if(argument: u8, comparison: SeccompCmpOp, value: u64) -> io::Result<SeccompRule> {
    let condition =
        SeccompCondition::new(argument, SeccompCmpArgLen::Qword, comparison, value).map_err(io::Error::other)?;
    SeccompRule::new(vec![condition]).map_err(io::Error::other)
}

/// The argument, as the 32 bits that the kernel reads of it, is none of the values.
fn none_of(argument: u8, values: &[u64]) -> io::Result<SeccompRule> {
    let differs = |value: &u64| SeccompCondition::new(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, *value);
    let conditions = values.iter().map(differs).collect::<Result<Vec<_>, _>>().map_err(io::Error::other)?;
    SeccompRule::new(conditions).map_err(io::Error::other)
}

fn compile(
    rules: BTreeMap<i64, Vec<SeccompRule>>,
    otherwise: SeccompAction,
    on_match: SeccompAction,
) -> io::Result<BpfProgram> {
    let arch = std::env::consts::ARCH.try_into().map_err(io::Error::other)?;
    let filter = SeccompFilter::new(rules, otherwise, on_match, arch).map_err(io::Error::other)?;
    filter.try_into().map_err(io::Error::other)
}
