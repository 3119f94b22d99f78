import Testing

@testable import Nix

/// The words of several versions of Nix and of Lix, without the programs.
@Suite struct NixMessageTests {
    private static let drv = "/nix/store/21pwdh7drx3qqmg6y7z9qa7js6hx8fnw-hello-2.12.drv"

    @Test(
        arguments: [
            ("builder for '\(drv)' failed with exit code 3", .buildFailed, "exit code 3"),
            (
                "builder for '\(drv)' failed with exit code 1;\n       last 1 log lines:\n       > timed out after 5 seconds\n       For full logs, run 'nix log \(drv)'.",
                .buildFailed, "exit code 1"
            ),
            ("builder for '\(drv)' failed due to signal 9 (Killed)", .buildFailed, "signal 9 (Killed)"),
            (
                "Cannot build '\(drv)'.\nReason: builder failed with exit code 2.\nOutput paths:\n  /nix/store/x\nLast 1 log lines:\n> No space left on device\nFor full logs, run:\n  nix log \(drv)",
                .buildFailed, "exit code 2"
            ),
            ("builder for '\(drv)' failed to produce output path for output 'out'", .buildFailed, nil),
            ("hash mismatch in fixed-output derivation '\(drv)':\n  specified: sha256-A\n     got:    sha256-B", .buildFailed, nil),
            ("derivation '\(drv)' may not be deterministic: output '/nix/store/x' differs", .buildFailed, nil),
            (
                "builder for '\(drv)' failed with exit code 1;\nnote: build failure may have been caused by lack of free disk space",
                .outOfDisk, "exit code 1"
            ),
            ("building of '\(drv)!out' from .drv file timed out after 60 seconds", .buildTimedOut, nil),
            ("building derivation '\(drv)' timed out after 1 second", .buildTimedOut, nil),
            ("building of '\(drv)' timed out after 2 seconds of silence", .buildSilent, nil),
            ("building of '\(drv)!out' from .drv file killed after writing more than 1000 bytes of log output", .logLimit, nil),
            (
                "a 'aarch64-linux' with features {} is required to build '\(drv)', but I am a 'x86_64-linux' with features {kvm}",
                .wrongSystem, nil
            ),
            (
                "Cannot build '\(drv)'.\nReason: required system or feature not available\nRequired system: 'aarch64-linux' with features {}",
                .wrongSystem, nil
            ),
            ("unable to download 'https://cache/x.nar': Operation timed out after 5000 milliseconds", .substituterFailed, nil),
            ("path '/nix/store/x' is required, but there is no substituter that can build it", .substituterFailed, nil),
            (
                "some substitutes for the outputs of derivation '\(drv)' failed (usually happens due to networking issues)",
                .substituterFailed, nil
            ),
            ("writing to file: No space left on device", .outOfDisk, nil),
            ("cannot connect to socket at '/nix/var/nix/daemon-socket/socket': Connection refused", .internal, nil),
            ("Nix daemon disconnected unexpectedly (maybe it crashed?)", .internal, nil),
            ("1 dependencies of derivation '\(drv)' failed to build", nil, nil),
            ("Cannot build '\(drv)'.\nReason: 1 dependency failed.", nil, nil),
            ("build of '\(drv)' failed", nil, nil),
            ("attribute 'x' missing", nil, nil),
        ] as [(String, NixFailure.Kind?, String?)])
    func saysWhatItMeans(text: String, kind: NixFailure.Kind?, ending: String?) {
        let message = NixMessage(text)
        #expect(message.kind == kind)
        #expect(message.ending == ending)
        if text.contains(Self.drv) { #expect(message.derivation == Self.drv) }
    }

    private static let settings = NixSettings(environment: [:])

    @Test(
        arguments: [
            (101, .buildTimedOut), (100, .buildFailed), (102, .buildFailed), (104, .buildFailed), (1, .internal), (127, .nixMissing),
            (137, .internal),
        ] as [(Int32, NixFailure.Kind)])
    func takesTheStatusWhereNixSaysNothing(status: Int32, kind: NixFailure.Kind) {
        let failure = FailureClassifier(settings: Self.settings, purpose: .build).failure(
            of: NixLog(settings: Self.settings), status: status)
        #expect(failure.kind == kind)
        #expect(failure.exitStatus == status)
    }

    /// The message that ended the command counts, not one that Nix got over.
    @Test func takesTheLastMessageThatSaysSomething() {
        var log = NixLog(settings: Self.settings)
        for text in [
            "unable to download 'https://a'", "builder for '\(Self.drv)' failed with exit code 3",
            "2 dependencies of derivation 'x' failed to build",
        ] {
            log.append(Array("@nix {\"action\":\"msg\",\"level\":0,\"msg\":\"\\u001b[31;1merror:\\u001b[0m \(text)\"}\n".utf8))
        }
        let failure = FailureClassifier(settings: Self.settings, purpose: .build).failure(of: log, status: 1)
        #expect(failure.kind == .buildFailed && failure.derivation == Self.drv)
        #expect(failure.message == "hello-2.12 could not be built: its builder ended with exit code 3")
    }

    @Test(arguments: NixFailure.Kind.allCases)
    func passesOrStays(kind: NixFailure.Kind) {
        #expect(kind.isPassing == [.substituterFailed, .outOfDisk, .nixMissing, .internal].contains(kind))
    }
}
