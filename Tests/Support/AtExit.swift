private import Glibc
private import Synchronization

/// Stops servers when the process exits in the ordinary way, and waits until they are gone. (When it is killed, their pipes end by themselves.)
enum AtExit {
    private static let keepers = Mutex<[Int32: Int32]?>(nil)

    static func stop(control: Int32, keeper: Int32) {
        keepers.withLock { keepers in
            if keepers == nil {
                keepers = [:]
                atexit { AtExit.stopAll() }
            }
            keepers?[control] = keeper
        }
    }

    static func forget(control: Int32) {
        keepers.withLock { _ = $0?.removeValue(forKey: control) }
    }

    private static func stopAll() {
        let all = keepers.withLock { $0 ?? [:] }
        for control in all.keys { close(control) }
        for keeper in all.values { ChildProcess.wait(keeper) }
    }
}
