// Package registry knows the public logs that lislab can fetch: where upstream
// keeps them, their checksums and licences, and how to fetch them so that
// nothing unverified, half-written or outside the target is ever taken for data.
package registry

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lislab/lislab/lis"
)

// Licence says what a set may be used for.
type Licence struct {
	Name string
	// Text is what a user must know before fetching, in full sentences.
	Text string
	// URL of the licence or of the page that states it.
	URL string
	// Redistribute tells whether copies may be passed on under the licence.
	Redistribute bool
}

// File is one file of a set as upstream keeps it.
type File struct {
	URL   string
	Bytes int64 // 0 where upstream does not say
	// SHA256 and MD5 are pinned checksums in hexadecimal; at least one is set.
	SHA256, MD5 string
	// Source is where the checksum is documented.
	Source string
	// Unconfirmed checksums were taken from documents and never compared with
	// a download by hand.
	Unconfirmed bool
	// Into is the folder of the set that an archive is unpacked into or a plain
	// file put into; "" is the set's own.
	Into string
}

// Base is the file's name at upstream.
func (f File) Base() string { return f.URL[strings.LastIndexByte(f.URL, '/')+1:] }

// archive tells whether the file is unpacked.
func (f File) archive() bool {
	return strings.HasSuffix(f.Base(), ".zip") || strings.HasSuffix(f.Base(), ".tar.gz")
}

// Set is one public log.
type Set struct {
	Name    string
	Aliases []string // folders of these names are the set too
	Title   string
	Licence Licence
	Files   []File
}

var (
	mit = Licence{"MIT", "MovieTweetings is under the MIT licence, © 2013 Simon Dooms: keep the notice when you pass it on. The file users.dat, which maps people to Twitter accounts, is not fetched.",
		"https://github.com/sidooms/MovieTweetings/blob/master/LICENSE", true}
	ccBySA = Licence{"CC BY-SA 4.0", "KuaiRand is under CC BY-SA 4.0: name the authors (Gao et al., CIKM 2022), state changes, and pass it on under the same licence.",
		"https://github.com/chongminggao/KuaiRand/blob/main/LICENSE", true}
	groupLens = Licence{"GroupLens, research", "Research use only: no commercial use without permission, no endorsement may be implied, and publications must acknowledge the set (Harper and Konstan, 2015). It may be passed on, also transformed, under the same conditions.",
		"https://files.grouplens.org/datasets/movielens/ml-latest-small-README.html", true}
	groupLensOld = Licence{"GroupLens, no redistribution", "Research use only: no commercial use and no redistribution without separate permission, no endorsement may be implied, and publications must acknowledge the set (Harper and Konstan, 2015).",
		"https://files.grouplens.org/datasets/movielens/", false}
	microsoft = Licence{"Microsoft Research License Terms", "MIND may be used for non-commercial research only and must not be passed on; by fetching it you agree to the Microsoft Research License Terms that msnews.github.io links.",
		"https://msnews.github.io", false}
)

const (
	grouplens = "https://files.grouplens.org/datasets/movielens/"
	tfds      = "tensorflow/datasets, url_checksums/movielens.txt"
	dataRec   = "sisinflab/DataRec"
	kuaiREAD  = "chongminggao/KuaiRand README, f8dbf66"
)

func movieLens(name, title string, licence Licence, bytes int64, sha256 string) Set {
	return Set{Name: name, Title: title, Licence: licence, Files: []File{{URL: grouplens + name + ".zip", Bytes: bytes, SHA256: sha256, Source: tfds}}}
}

func kuaiRand(name, title, archive, md5 string) Set {
	const log, more = "https://zenodo.org/records/10439422/files/", "https://zenodo.org/records/18159199/files/"
	folder := strings.TrimSuffix(archive, ".tar.gz")
	return Set{Name: name, Title: title, Licence: ccBySA, Files: []File{
		{URL: log + archive, MD5: md5, Source: kuaiREAD},
		{URL: more + "kuairand_video_captions.csv", MD5: "9fd4e7587ffd0c8dc289d013858fb229", Source: kuaiREAD, Unconfirmed: true, Into: folder},
		{URL: more + "kuairand_video_categories.csv", MD5: "8a4c772d3d8f8cf65fa1e1eb896f4177", Source: kuaiREAD, Unconfirmed: true, Into: folder},
	}}
}

// Sets are the public logs by name.
func Sets() []Set {
	latest := movieLens("ml-latest-small", "MovieLens, 100 000 ratings by 610 users (the edition of 2018; may change upstream, not for shared results)", groupLens, 978_202, "696d65a3dfceac7c45750ad32df2c259311949efec81f0f144fdfb91ebc9e436")
	latest.Aliases = []string{"movielens-latest-small"}
	const tweetings = "https://raw.githubusercontent.com/sidooms/MovieTweetings/master/snapshots/100K/"
	const mindHost = "https://huggingface.co/datasets/yjw1029/MIND/resolve/main/"
	return []Set{
		{Name: "movietweetings-100k", Title: "film ratings from tweets, 100 000 in 2013", Licence: mit, Files: []File{
			{URL: tweetings + "ratings.dat", SHA256: "c0dd868c2632d10002ebc928ddc5345f33adeaa59eca52c2941c26a2c5e36fd6", Source: "computed on a fork's copy"},
			{URL: tweetings + "movies.dat", SHA256: "e63fb84bc734e3c574f135634a40d3cbafab22b8f94f5fc0b80f80d1d2076efc", Source: "computed on a fork's copy"},
		}},
		latest,
		movieLens("ml-100k", "MovieLens, 100 000 ratings by 943 users, 1997–1998", groupLensOld, 4_924_029, "50d2a982c66986937beb9ffb3aa76efe955bf3d5c6b761f4e3a7cd717c6a3229"),
		movieLens("ml-1m", "MovieLens, 1 million ratings by 6040 users, 2000–2003", groupLensOld, 5_917_549, "a6898adb50b9ca05aa231689da44c217cb524e7ebd39d264c56e2832f2c54e20"),
		movieLens("ml-20m", "MovieLens, 20 million ratings, 1995–2015", groupLensOld, 198_702_078, "96f243c338a8665f6bcc89c53edf6ee39162a846940de6b7c8c48aeada765ff3"),
		movieLens("ml-25m", "MovieLens, 25 million ratings, 1995–2019", groupLensOld, 261_978_986, "8b21cfb7eb1706b4ec0aac894368d90acf26ebdfb6aced3ebd4ad5bd1eb9c6aa"),
		kuaiRand("kuairand-pure", "short videos, 1.4 million impressions of 7583 videos, 2022, with captions and categories", "KuaiRand-Pure.tar.gz", "0820331067a3784d9691136f772b35a7"),
		kuaiRand("kuairand-1k", "short videos, 11.7 million impressions of 1000 users, 2022, with captions and categories", "KuaiRand-1K.tar.gz", "6b0b9c8222d67fcd4c676218edca3f1f"),
		{Name: "mind-small", Title: "news, 230 000 lists shown to 50 000 users, 2019", Licence: microsoft, Files: []File{
			{URL: mindHost + "MINDsmall_train.zip", MD5: "bd6ae77fa15949653f39829e946d327c", Source: dataRec, Unconfirmed: true, Into: "MINDsmall_train"},
			{URL: mindHost + "MINDsmall_dev.zip", MD5: "1c9e798fe440c1999547211cd5245e3e", Source: dataRec, Unconfirmed: true, Into: "MINDsmall_dev"},
		}},
	}
}

// Lookup finds a set by its name or an alias, in any case. The error is
// lis.ErrNoSuchLog and lists the names.
func Lookup(name string) (Set, error) {
	var names []string
	for _, s := range Sets() {
		if strings.EqualFold(s.Name, name) || slices.ContainsFunc(s.Aliases, func(a string) bool { return strings.EqualFold(a, name) }) {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return Set{}, &lis.InputError{Kind: lis.ErrNoSuchLog, What: fmt.Sprintf("no public log %q", name), Do: "the logs are " + strings.Join(names, ", ")}
}

// Unconfirmed tells whether any checksum of the set was never confirmed by hand.
func (s Set) Unconfirmed() bool {
	return slices.ContainsFunc(s.Files, func(f File) bool { return f.Unconfirmed })
}
