package main

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

func generateNodejs(pkg *schema.Package, local bool) (map[string][]byte, error) {
	files, err := nodejs.GeneratePackage("pulumi-language-nodejs", pkg, nil, nil, local, nil)
	if err != nil || local {
		return files, err
	}
	return files, releaseNodejs(files, pkg.Repository)
}

// releaseNodejs makes the folder itself what is published. As generated, a script has to copy package.json and more
// into bin, and to publish that; so neither `npm pack` nor an install from a clone would work. `prepare` is run by
// npm before a pack, and after an install in this folder.
func releaseNodejs(files map[string][]byte, repository string) error {
	for _, change := range []struct{ file, old, new string }{
		{"utilities.ts", `require('./package.json')`, `require('../package.json')`},
		{"package.json", fmt.Sprintf(`"repository": %q,`, repository), fmt.Sprintf(`"repository": {
        "type": "git",
        "url": "git+%s.git",
        "directory": "sdk/nodejs"
    },`, repository)},
		{"package.json", `"scripts": {
        "build": "tsc"
    },`, `"main": "bin/index.js",
    "types": "bin/index.d.ts",
    "files": [
        "bin"
    ],
    "publishConfig": {
        "access": "public"
    },
    "scripts": {
        "build": "tsc",
        "prepare": "npm run build"
    },`},
	} {
		text := string(files[change.file])
		if strings.Count(text, change.old) != 1 {
			return fmt.Errorf("the generated %s has no %s: has the generator changed?", change.file, change.old)
		}
		files[change.file] = []byte(strings.Replace(text, change.old, change.new, 1))
	}
	return nil
}
