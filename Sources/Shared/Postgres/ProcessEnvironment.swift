private import Glibc

/// The variables that the process was started with.
package enum ProcessEnvironment {
    package static func value(_ name: String) -> String? {
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }
}
