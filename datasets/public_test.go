package datasets

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lislab/lislab/lis"
)

const kuaiRandHeader = "user_id,video_id,date,hourmin,time_ms,is_click,is_like,is_follow,is_comment,is_forward,is_hate,long_view,play_time_ms,duration_ms,profile_stay_time,comment_stay_time,is_profile_enter,is_rand,tab\n"

// tinyKuaiRand writes a set with the columns of KuaiRand-Pure.
func tinyKuaiRand(t testing.TB) string {
	dir := filepath.Join(t.TempDir(), "kuairand-pure")
	data := "KuaiRand-Pure/data/"
	write(t, dir, data+"log_standard_4_08_to_4_21_pure.csv", kuaiRandHeader+
		"7,100,20220408,1000,1649400000000,1,0,0,0,0,0,0,5000,6000,0,0,0,0,1\n"+
		"8,101,20220408,1000,1649400001000,0,1,0,0,0,0,1,5000,6000,0,0,0,0,4\n")
	write(t, dir, data+"log_standard_4_22_to_5_08_pure.csv", kuaiRandHeader+
		"7,102,20220422,1000,1650600000000,1,0,0,0,0,0,1,5000,6000,0,0,0,0,1\n")
	write(t, dir, data+"log_random_4_22_to_5_08_pure.csv", kuaiRandHeader+
		"9,100,20220422,1000,1650600000000,1,0,0,0,0,0,1,5000,6000,0,0,0,1,1\n")
	write(t, dir, data+"video_features_basic_pure.csv", "video_id,author_id,video_type,upload_dt,upload_type,visible_status,video_duration,server_width,server_height,music_id,music_type,tag\n"+
		"100,55,NORMAL,2020-07-08,ShortImport,1,17200.0,720,1280,989206467,4,\"12,65\"\n"+
		"101,56,NORMAL,2020-07-08,ShortImport,1,,720,1280,989206468,4,\n")
	write(t, dir, "KuaiRand-Pure/kuairand_video_captions.csv", "final_video_id,caption,show_cover_text\n100,\"a cat, asleep\",MEOW\n101,UNKNOWN,\n102,dog,UNKNOWN\n")
	write(t, dir, "KuaiRand-Pure/kuairand_video_categories.csv", "final_video_id,first_level_category_id,first_level_category_name,second_level_category_id,second_level_category_name\n100,3,Pets,5,Cats\n101,-124,UNKNOWN,-124,UNKNOWN\n")
	return dir
}

func TestKuaiRand(t *testing.T) {
	dir := tinyKuaiRand(t)
	log, err := Open(background, dir)
	if err != nil {
		t.Fatal(err)
	}
	if log.Name != "kuairand-pure" || log.Len() != 3 || !slices.Equal(log.Label, []bool{true, false, true}) || log.Time[0] != 1649400000000e6 {
		t.Errorf("%s: %v %v", log.Name, log.Label, log.Time)
	}
	for _, c := range []struct{ slot, want string }{
		{"user", "7 8 7"}, {"item", "100 101 102"}, {"author", "55 56 unknown"}, {"music", "989206467 989206468 unknown"},
		{"tag", "12|65 unknown unknown"}, {"category", "Pets unknown unknown"}, {"tab", "1 4 1"},
	} {
		var got []string
		for r := range log.Len() {
			got = append(got, slot(t, log, c.slot, r))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("slot %s is %v, expected %s", c.slot, got, c.want)
		}
	}
	texts, err := Texts(background, filepath.Join(dir, "KuaiRand-Pure"))
	if err != nil || !slices.Equal(texts, []Text{{"100", "a cat, asleep MEOW"}, {"102", "dog"}}) {
		t.Errorf("texts %v, %v", texts, err)
	}
	long, err := Open(background, filepath.Join(dir, "KuaiRand-Pure"), WithLabel("long_view"))
	if err != nil || !slices.Equal(long.Label, []bool{false, true, true}) {
		t.Errorf("long views: %v, %v", long, err)
	}
	if _, err := Open(background, filepath.Join(dir, "KuaiRand-Pure"), WithLabel("liked")); !errors.Is(err, lis.ErrUnknownColumn) || !strings.Contains(err.Error(), "is_like") {
		t.Errorf("got %v", err)
	}
	if _, err := Open(background, filepath.Join(dir, "KuaiRand-Pure"), WithLabelAtLeast(1)); !errors.Is(err, lis.ErrUsage) {
		t.Errorf("got %v", err)
	}
}

// tinyMIND writes a set with the columns of MINDsmall.
func tinyMIND(t testing.TB) string {
	dir := filepath.Join(t.TempDir(), "mind-small")
	write(t, dir, "MINDsmall_train/behaviors.tsv", "1\tU13\t11/11/2019 9:05:58 AM\tN1 N2\tN3-0 N4-1\n2\tU14\t11/12/2019 6:11:30 PM\t\tN3-1\n")
	write(t, dir, "MINDsmall_train/news.tsv", "N3\tsports\tgolf\t\"Open\" title\tAbout it\thttps://x\t[]\t[]\nN4\tnews\tworld\tOther\t\thttps://y\t[]\t[]\n")
	write(t, dir, "MINDsmall_dev/behaviors.tsv", "1\tU13\t11/15/2019 8:55:22 AM\tN1\tN5-0\n")
	write(t, dir, "MINDsmall_dev/news.tsv", "N3\tsports\tgolf\t\"Open\" title\tAbout it\thttps://x\t[]\t[]\nN5\tnews\tus\tThird\t\thttps://z\t[]\t[]\n")
	return dir
}

func TestMIND(t *testing.T) {
	dir := tinyMIND(t)
	log, err := Open(background, dir)
	if err != nil {
		t.Fatal(err)
	}
	if log.Name != "mind-small" || !slices.Equal(log.Label, []bool{false, true, true, false}) || log.Time[0] != 1573463158e9 || log.Time[2] != 1573582290e9 {
		t.Errorf("%s: %v %v", log.Name, log.Label, log.Time)
	}
	for r, want := range []string{"U13 N3 sports golf", "U13 N4 news world", "U14 N3 sports golf", "U13 N5 news us"} {
		if got := strings.Join([]string{slot(t, log, "user", r), slot(t, log, "item", r), slot(t, log, "category", r), slot(t, log, "subcategory", r)}, " "); got != want {
			t.Errorf("row %d is %s, expected %s", r, got, want)
		}
	}
	texts, err := Texts(background, dir)
	if err != nil || len(texts) != 3 || !slices.Contains(texts, Text{"N3", `"Open" title About it`}) {
		t.Errorf("texts %v, %v", texts, err)
	}
	write(t, dir, "MINDsmall_dev/behaviors.tsv", "1\tU13\t11/15/2019 8:55:22 AM\tN1\tN5-0\n2\tU13\t11/15/2019 8:55:22 AM\tN1\tN5\n")
	if _, err := Open(background, dir); !errors.Is(err, lis.ErrBadLabel) || !strings.Contains(err.Error(), "behaviors.tsv:2") {
		t.Errorf("got %v", err)
	}
	write(t, dir, "MINDsmall_dev/behaviors.tsv", "1\tU13\t15/11/2019 8:55:22 AM\tN1\tN5-0\n")
	if _, err := Open(background, dir); !errors.Is(err, lis.ErrBadTime) || !strings.Contains(err.Error(), "behaviors.tsv:1") {
		t.Errorf("got %v", err)
	}
}

// A zone moves where periods begin, and the times that name none.
func TestTimezoneOfPublicLogs(t *testing.T) {
	berlin := WithTimezone("Europe/Berlin")
	for name, dir := range map[string]string{"mind": tinyMIND(t), "films": tinyFilms(t)} {
		utc, err := Open(background, dir)
		if err != nil {
			t.Fatal(err)
		}
		there, err := Open(background, dir, berlin, WithAllowDuplicates())
		if err != nil {
			t.Fatal(err)
		}
		if there.Location.String() != "Europe/Berlin" || utc.Location.String() != "UTC" {
			t.Errorf("%s: zones %v and %v", name, there.Location, utc.Location)
		}
		earlier := int64(0) // in November Berlin is an hour ahead
		if name == "mind" {
			earlier = int64(time.Hour)
		}
		if utc.Time[0]-there.Time[0] != earlier {
			t.Errorf("%s: the first row is %d ns earlier in Berlin", name, utc.Time[0]-there.Time[0])
		}
		if _, err := Open(background, dir, WithTimezone("Nowhere")); !errors.Is(err, lis.ErrUsage) {
			t.Errorf("%s: no zone: %v", name, err)
		}
	}
	if _, err := Open(background, "feed", berlin); !errors.Is(err, lis.ErrUsage) {
		t.Errorf("feed: %v", err)
	}
}

// tinyFilms is a set of ratings with the files of ml-latest-small.
func tinyFilms(t testing.TB) string {
	dir := filepath.Join(t.TempDir(), "films")
	write(t, dir, "ratings.csv", "userId,movieId,rating,timestamp\n1,1,4.0,1573463158\n1,2,3.0,1573463159\n")
	write(t, dir, "movies.csv", "movieId,title,genres\n1,Toy Story (1995),Animation|Comedy\n2,Heat (1995),Action\n")
	return dir
}
