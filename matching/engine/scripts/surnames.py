"""Family names of China, Japan and Korea as they are mostly spelt in Latin letters, where signs alone do not tell.

Written down by hand from the lists of the commonest family names of each country; Japanese given names are those that
are hardly ever read in another way.
"""

from collections.abc import Mapping
from typing import Final


def _table(text: str) -> Mapping[str, str]:
    """Each entry: the signs (several ways of writing side by side), a colon, the spelling."""
    found = {}
    for entry in text.split(","):
        signs, _, spelt = entry.partition(":")
        found.update(dict.fromkeys(signs.split(), spelt.strip()))
    return found


KOREAN: Final = _table("""
김: kim, 이 리: lee, 박: park, 최: choi, 정: jung, 강: kang, 조: cho, 윤: yoon, 임 림: lim, 오: oh, 신: shin,
권: kwon, 안: ahn, 류 유: yoo, 고: ko, 문: moon, 량: yang, 심: shim, 노 로: noh, 곽: kwak, 성: sung, 주: joo,
우: woo, 구: koo, 라: na, 엄: um, 천: chun, 공: kong, 현: hyun, 변: byun, 려: yeo, 추: choo, 석: suk, 선: sun,
명: myung, 기: ki, 금: keum, 육: yook, 국: kook, 편: pyun, 경: kyung, 부: boo, 가: ka, 형: hyung, 두: doo, 감: kam,
남궁: namkoong, 황보: hwangbo, 제갈: jegal, 사공: sagong, 선우: sunwoo, 독고: dokgo
""")
# Families of two signs, and signs that are read otherwise as a family name.
CHINESE: Final = _table("""
曾: zeng, 單 单: shan, 解: xie, 仇: qiu, 查: zha, 樂 乐: yue, 區 区: ou, 朴: piao, 歐陽 欧阳: ouyang,
司馬 司马: sima, 諸葛 诸葛: zhuge, 上官: shangguan, 司徒: situ, 慕容: murong, 皇甫: huangfu, 端木: duanmu,
令狐: linghu, 尉遲 尉迟: yuchi, 夏侯: xiahou, 公孫 公孙: gongsun, 東方 东方: dongfang, 長孫 长孙: zhangsun,
宇文: yuwen, 軒轅 轩辕: xuanyuan, 南宮 南宫: nangong, 西門 西门: ximen, 獨孤 独孤: dugu
""")
DOUBLE: Final = frozenset(each for each in (*KOREAN, *CHINESE) if len(each) > 1)
JAPANESE: Final = _table("""
佐藤: sato, 鈴木: suzuki, 高橋 髙橋: takahashi, 田中: tanaka, 伊藤: ito, 渡辺 渡邊 渡邉 渡部: watanabe,
山本: yamamoto, 中村: nakamura, 小林: kobayashi, 加藤: kato, 吉田: yoshida, 山田: yamada, 佐々木: sasaki,
山口: yamaguchi, 松本: matsumoto, 井上: inoue, 木村: kimura, 林: hayashi, 斎藤 齋藤 斉藤 齊藤: saito, 清水: shimizu,
山崎: yamazaki, 森: mori, 池田: ikeda, 橋本: hashimoto, 阿部 安部: abe, 石川: ishikawa, 山下: yamashita,
中島: nakajima, 石井: ishii, 小川: ogawa, 前田: maeda, 岡田: okada, 長谷川: hasegawa, 藤田: fujita, 後藤: goto,
近藤: kondo, 村上: murakami, 遠藤: endo, 青木: aoki, 坂本: sakamoto, 福田: fukuda, 太田 大田: ota, 西村: nishimura,
藤井: fujii, 金子: kaneko, 岡本: okamoto, 藤原: fujiwara, 三浦: miura, 中野: nakano, 中川: nakagawa, 原田: harada,
松田: matsuda, 竹内: takeuchi, 小野 大野: ono, 田村: tamura, 中山: nakayama, 和田: wada, 石田: ishida, 森田: morita,
上田: ueda, 原: hara, 内田: uchida, 柴田: shibata, 酒井: sakai, 宮崎: miyazaki, 横山: yokoyama, 高木: takagi,
安藤: ando, 宮本: miyamoto, 小島: kojima, 谷口: taniguchi, 工藤: kudo, 今井: imai, 高田: takada, 増田: masuda,
丸山: maruyama, 杉山: sugiyama, 村田: murata, 大塚: otsuka, 新井 荒井: arai, 藤本: fujimoto, 小山: koyama,
平野: hirano, 河野: kono, 上野: ueno, 武田: takeda, 野口: noguchi, 松井: matsui, 千葉: chiba, 菅原: sugawara,
岩崎: iwasaki, 久保: kubo, 木下: kinoshita, 佐野: sano, 野村: nomura, 松尾: matsuo, 市川: ichikawa,
菊地 菊池: kikuchi, 杉本: sugimoto, 古川: furukawa, 大西: onishi, 島田: shimada, 水野: mizuno, 桜井 櫻井: sakurai,
高野: takano, 渡: watari, 吉川: yoshikawa, 山内: yamauchi, 西田: nishida, 飯田: iida, 菊田: kikuta, 西川: nishikawa,
小松: komatsu, 北村: kitamura, 安田: yasuda, 五十嵐: igarashi, 川口: kawaguchi, 平田: hirata, 関: seki, 中田: nakata,
久保田: kubota, 服部: hattori, 東: higashi, 岩田: iwata, 土屋: tsuchiya, 川崎: kawasaki, 福島: fukushima,
本田: honda, 辻: tsuji, 樋口: higuchi, 秋山: akiyama, 田口: taguchi, 永井: nagai, 山中: yamanaka, 中西: nakanishi,
吉村: yoshimura, 川上: kawakami, 大橋: ohashi, 石原: ishihara, 松岡: matsuoka, 浜田: hamada, 馬場: baba,
森本: morimoto, 矢野: yano, 浅野: asano, 松下: matsushita, 星野: hoshino, 大久保: okubo, 吉岡: yoshioka, 小池: koike,
野田: noda, 荒木: araki, 大谷: otani, 熊谷: kumagai, 松浦: matsuura, 内藤: naito, 黒田: kuroda, 尾崎: ozaki,
川村: kawamura, 永田: nagata, 望月: mochizuki, 堀: hori, 田辺: tanabe, 松村: matsumura, 菅野: kanno, 西山: nishiyama,
岩本: iwamoto, 平井: hirai, 大島: oshima, 早川: hayakawa, 片山: katayama, 本間: homma, 横田: yokota, 岡崎: okazaki,
荻野: ogino, 鎌田: kamada, 小田: oda, 成田: narita, 宮田: miyata, 小沢 小澤: ozawa, 須藤: sudo, 高山: takayama,
大石: oishi, 石橋: ishibashi
""")
AMBIGUOUS: Final = frozenset("林")  # Hayashi, and one of the commonest Chinese names
JAPANESE_GIVEN: Final = _table("""
太郎: taro, 一郎: ichiro, 二郎 次郎: jiro, 三郎: saburo, 健太: kenta, 健太郎: kentaro, 翔太: shota, 大輔: daisuke,
健一: kenichi, 拓也: takuya, 直樹: naoki, 和也: kazuya, 達也: tatsuya, 哲也: tetsuya, 健: ken, 誠: makoto,
隆: takashi, 浩 博 弘: hiroshi, 豊: yutaka, 剛: tsuyoshi, 亮: ryo, 翔: sho, 蓮: ren, 颯太: sota, 大翔: hiroto,
悠斗: yuto, 陽翔: haruto, 駿: shun, 健二: kenji, 浩二: koji, 裕二: yuji, 和夫: kazuo, 正: tadashi, 茂: shigeru,
清: kiyoshi, 勝: masaru, 雄一: yuichi, 純: jun, 純一: junichi, 真一: shinichi, 修: osamu, 薫: kaoru, 恵子: keiko,
洋子 陽子: yoko, 和子: kazuko, 幸子: sachiko, 京子: kyoko, 久美子: kumiko, 由美子: yumiko, 真由美: mayumi,
裕子: yuko, 智子: tomoko, 明美: akemi, 直美: naomi, 由美: yumi, 恵美: emi, 美咲: misaki, 愛: ai, 葵: aoi, 陽菜: hina,
結衣: yui, 結菜: yuna, 彩: aya, 舞 麻衣: mai, 千尋: chihiro, 桜: sakura, 花子: hanako, 美穂: miho, 香織: kaori,
直子: naoko, 典子: noriko, 節子: setsuko, 文子: fumiko, 美智子: michiko, 悦子: etsuko, 順子 純子: junko,
良子: yoshiko, 秀樹 英樹: hideki, 正樹: masaki, 雅人: masato, 康平: kohei, 洋平: yohei, 晋三: shinzo, 太一: taichi,
雄太: yuta
""")
