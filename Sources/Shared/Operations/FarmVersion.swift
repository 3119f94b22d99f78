/// The release of this program, as logs and the table of workers show it.
package let farmVersion = "0.1.0"
