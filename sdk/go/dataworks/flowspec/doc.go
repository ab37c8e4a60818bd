// Package flowspec holds the types of a FlowSpec document.
package flowspec
