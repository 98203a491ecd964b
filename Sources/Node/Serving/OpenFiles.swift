import Glibc

/// How many files the process may have open: each connection is one.
enum OpenFiles {
    /// Connections that a child with a node of its own keeps: one waits for news, one is for all else.
    static let perChild = 2
    /// Files for everything but the children's connections: store, blobs, console, link upwards.
    static let reserve = 768

    /// Raises the process's own limit to what the system allows, and tells it.
    @discardableResult
    static func raise() -> Int {
        var limits = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &limits) == 0 else { return 1024 }
        if limits.rlim_cur < limits.rlim_max {
            var raised = limits
            raised.rlim_cur = limits.rlim_max
            if setrlimit(resource, &raised) == 0 { limits = raised }
        }
        return Int(clamping: limits.rlim_cur)
    }

    /// What the limit is now.
    static var limit: Int {
        var limits = rlimit()
        return getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0 ? Int(clamping: limits.rlim_cur) : 1024
    }

    static func needed(children: Int) -> Int { children * perChild + reserve }
}
