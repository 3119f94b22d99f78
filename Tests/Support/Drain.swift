private import Foundation

/// Reads a pipe to its end and forgets what comes.
enum Drain {
    static func start(_ descriptor: Int32) {
        Thread.detachNewThread {
            var bytes = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = unsafe read(descriptor, &bytes, bytes.count)
                if count > 0 || (count < 0 && errno == EINTR) { continue }
                break
            }
            close(descriptor)
        }
    }
}
