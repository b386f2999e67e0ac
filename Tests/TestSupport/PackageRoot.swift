import Foundation

/// The folder of this package's manifest, found from the place of this source file.
package let packageRoot: String = {
    let file = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    return file.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
}()
