import { choiceDays } from '../../../shared/domain/notifications.ts';
import { jobDays } from '../../../shared/domain/resend-job.ts';
import type { Texts } from './en.ts';

/** The console's texts in Japanese. Status names and main actions are those on Cisco's own Japanese pages. */
export function japanese(): Texts {
  return {
    product: 'プロビジョニング メール',
    skip: '本文へ移動',
    mainNavigation: 'メイン',
    breadcrumb: 'パンくずリスト',
    signedInAs: (name) => `${name} としてサインイン中`,
    language: '言語',
    signOut: 'サインアウト',
    signIn: 'サインイン',
    partner: 'パートナー',
    partnerWrong: 'パートナー ID は正確に入力してください。',
    roles: { operator: 'オペレーター', resend: '再送信可', view: '閲覧のみ', none: '権限なし' },
    footer: '時刻はすべて UTC です。',
    zone: (zone) =>
      `時刻はお使いのタイム ゾーン（${zone}）で表示しています。時刻にポインターを合わせるか、タップまたは Tab キーで選択すると（一覧では行の先頭のリンクを選択）、UTC で表示されます。`,
    inUtc: '時刻を UTC で表示',
    inZone: '時刻を自分のタイム ゾーンで表示',
    copy: 'コピー',
    copied: 'コピーしました',
    externalSite: '外部サイト',
    none: 'なし',

    status: {
      Scheduled: '送信予定',
      AwaitingProvisioningDetails: 'プロビジョニングの詳細待ち',
      Onboarded: 'オンボーディング完了',
      Closed: '終了済み',
      Cancelled: 'キャンセル済み',
    },
    provisioningPending: 'プロビジョニング未完了',
    delivery: {
      Accepted: '送信済み',
      Delivered: '配信済み',
      Delayed: '遅延',
      Bounced: '不達',
      Complained: '迷惑メール報告',
      Rejected: '拒否',
    },

    field: {
      order: '注文',
      line: '品目',
      subscription: 'サブスクリプション',
      offer: 'オファー',
      customer: 'エンド カスタマー',
      status: 'ステータス',
      startDate: '希望開始日',
      window: 'プロビジョニング期間',
      firstEmail: '最初のメール',
      deadline: '期限',
      timeLeft: '残り時間',
      closedAt: '終了日時',
      onboardedAt: 'オンボーディング完了日時',
      cancelledAt: 'キャンセル日時',
      organization: '組織',
      contactEmail: 'プロビジョニング連絡先メールアドレス',
      copyTo: '写しの送付先',
      lastEmail: '直近のメール',
      placedBy: '注文者',
      to: '宛先',
      sentAt: '送信日時',
      nextResend: '次回の再送信が可能になる日時',
      reference: 'お問い合わせ番号',
    },

    time: {
      left: (span) => `残り ${span}`,
      overdueSince: (span) => `${span}前に終了`,
      startsIn: (span) => `${span}後にメールを送信`,
      due: 'まもなくメールを送信',
      queued: 'メール送信の順番待ち',
      inDoubt: '送信の確認待ち',
      again: (moment) => `確認できない場合は ${moment} ごろに再度送信`,
      leaves: (moment) => `${moment} ごろ送信予定`,
      until: (date) => `${date} まで`,
      ended: (date) => `${date} に終了`,
      on: (date) => date,
      since: (date) => `送信予定日時: ${date}`,
      notRunning: '対象外',
      over: 'たった今終了',
    },

    orders: {
      skip: '品目の一覧へ移動',
      title: '注文一覧',
      introduction: 'コラボレーション サブスクリプションの注文品目を期限の近い順に表示しています。',
      search: '検索',
      searchHint:
        '注文番号、品目（注文番号/品目番号）、サブスクリプション ID、担当者のメールアドレスまたはドメイン、エンド カスタマー名（前方一致）',
      searchWrong: '制御文字やマークアップを含めずに、254 文字以内で入力してください。',
      searchTooMany:
        '該当する注文品目が多すぎます。続きの文字を入力するか、パートナー ID を指定してください。',
      searchAll: '全パートナーの注文品目を検索',
      inAll: '全パートナーを検索',
      find: '検索',
      clear: '検索を解除',
      filter: '表示内容',
      all: 'すべて',
      tab: {
        attention: '要対応',
        lapsed: '期間満了',
        scheduled: '送信予定',
        settled: '対応不要',
        all: 'すべて',
      },
      group: {
        returned: '担当者にメールが届かない品目',
        day: '24 時間以内に終了',
        threeDays: '3 日以内に終了',
        later: '3 日より後に終了',
      },
      moreReturned: '（残りは以下に期限順で表示しています）',
      shown: (count, more) => (more ? `${count} 件（次のページに続きます）` : `${count} 件`),
      nothing: '注文品目がありません',
      nothingFound: (word) =>
        `「${word}」で始まる注文番号、サブスクリプション ID、メールアドレス、ドメイン、エンド カスタマー名は見つかりませんでした。`,
      legalForm: '会社名は、株式会社などの法人格を除いた部分で検索します。社名の先頭部分を入力してください。',
      nothingIn: {
        attention:
          '設定待ちの注文品目はありません。期間が満了した品目と送信予定の品目は、それぞれのタブでご確認ください。',
        lapsed: '未設定のまま期間が満了した注文品目はありません。',
        scheduled: '希望開始日待ちの注文品目はありません。',
        settled: 'オンボーディング完了またはキャンセル済みの注文品目はまだありません。',
      },
      nothingAtAll: 'このパートナーの注文が登録されると、注文品目がここに表示されます。',
      seeAll: 'すべての注文品目を表示',
      next: '次のページ',
      first: '最初のページ',
      pages: 'ページ',
      lineOf: (customer, orderId, lineId) => `${customer}、注文 ${orderId} の品目 ${lineId}`,
      table: '注文品目（期限の近い順）',
    },

    overview: {
      title: '全パートナー',
      introduction: '対応が必要な注文品目の件数です。件数は数秒以内に更新されます。',
      totals: '全パートナーの注文品目',
      partners: 'パートナー',
      order:
        '担当者にメールが届かない品目の多いパートナーから順に表示しています。同数の場合は、24 時間以内、3 日以内に終了する品目が多い順です。',
      orderOfPart: (first, last) =>
        `パートナーの数が多いため、${first} から ${last} までの範囲で並べ替えています。`,
      find: 'パートナーを検索',
      findHint: 'パートナー ID（前方一致）',
      findWrong:
        'パートナー ID の先頭部分を、半角英数字、ドット、ハイフン、アンダースコアで入力してください。',
      show: '表示',
      showAll: 'すべて表示',
      skip: 'パートナーの一覧へ移動',
      nothing: '注文品目のあるパートナーはまだありません。',
      nothingFound: (beginning) => `ID が「${beginning}」で始まるパートナーはありません。`,
      counts: {
        undeliverable: '担当者に届かない品目',
        closingWithin24h: '24 時間以内に終了',
        closingWithin72h: '3 日以内に終了',
        attention: '要対応',
        lapsed: '期間満了',
        scheduled: '送信予定',
        settled: '対応不要',
        all: 'すべて',
      },
    },

    order: {
      title: (orderId) => `注文 ${orderId}`,
      lines: '注文品目',
      allLines: (count) => `この注文の全 ${count} 件を一覧で表示`,
      lineTitle: (lineId) => `品目 ${lineId}`,
      details: '履歴と詳細',
      pending: 'プロビジョニング期間は終了しましたが、設定は完了していません。設定は引き続き可能です。',
      stillPossible: 'このページで、メールの再送信と担当者の変更も引き続き可能です。',
      onboarded: (date) => `お客様の組織のオンボーディングは ${date} に完了しました。`,
    },

    subscription: {
      title: 'クラウド/SaaS サブスクリプション',
      introduction: (subscriptionId) => `サブスクリプション ${subscriptionId}`,
      pending:
        'プロビジョニング期間が終了し、注文品目は「終了済み」となりましたが、設定は完了していません。設定は引き続き可能です。',
    },

    line: {
      title: (orderId, lineId) => `注文 ${orderId}、品目 ${lineId}`,
      facts: '詳細',
      history: '履歴',
      by: (actor) => `実行者: ${actor}`,
      missing: 'メールが届かない場合',
      missingSpam:
        '迷惑メール フォルダーを確認するよう、担当者にご依頼ください。会社にメールの隔離機能がある場合は、そちらの確認もご依頼ください。',
      missingAllow:
        '次の送信元アドレスからのメールを許可するよう、担当者の会社の IT 管理者にご依頼ください。',
      sender: '送信元アドレス',
      missingAddress: (email) => `${email} に誤りがないか確認してください。`,
      anotherAddress: '別のアドレスを使用できるかどうか、担当者にご確認ください。',
      missingCorrect: '［編集］で変更すると、新しいアドレスにすぐにメールが送信されます。',
    },

    actors: {
      'commerce.workspace': '通知元: Cisco Commerce Workspace',
      'control-hub': '通知元: Control Hub',
      'aws.ses': '通知元: メール サービス',
      workflow: '自動処理',
      sweep: '自動処理',
    },
    history: {
      Booked: '注文品目を登録',
      Rescheduled: (date) => `希望開始日を ${date} に変更`,
      rescheduleTooLate: (date) =>
        `希望開始日の ${date} への変更は、「送信予定」ではなくなっていたため適用されませんでした`,
      rescheduleOvertaken: (date) =>
        `希望開始日の ${date} への変更は、より新しい変更が適用済みのため適用されませんでした`,
      sent: {
        first: 'プロビジョニング メールを送信',
        resend: 'プロビジョニング メールを再送信',
        'contact-change': '新しい担当者にプロビジョニング メールを送信',
        reminder: 'リマインド メールを送信',
        'first-copy': 'プロビジョニング メールの写しを送信',
        'reminder-copy': 'リマインド メールの写しを送信',
      },
      ProvisioningEmailFailed: 'プロビジョニング メールを送信できませんでした',
      ProvisioningEmailUnconfirmed:
        'プロビジョニング メールの送信を確認できていません（メール サービスからの報告待ち）',
      confirmed: 'メール サービスからの応答は失われましたが、その後の報告により送信を確認しました。',
      notAccepted:
        'メール サービスがメールを受け付けませんでした。送信されておらず、送信回数にも含まれません。',
      repeated: (times, since) => `${since} 以降、連続 ${times} 回。`,
      filter: '履歴を絞り込み',
      download: 'すべてを CSV でダウンロード',
      kinds: { emails: 'メール', contact: '担当者', line: '注文品目' },
      nothing: '該当する履歴はまだありません。',
      before: '変更前',
      after: '変更後',
      unknown: '記録なし',
      meaning: {
        Booked: '最初のメールは、送信時点の担当者に送信されます。',
        sent: {
          first: 'このメールの送信により、プロビジョニング期間が始まりました。',
          resend: '期限は変わりません。',
          'contact-change':
            '以後のメールは、前の担当者ではなく、このアドレスに送信されます。期限は変わりません。',
          reminder: 'その時点では、オンボーディング完了の通知を受けていませんでした。',
          'first-copy': '参考用の写しです。この品目のメールの上限に含まれます。',
          'reminder-copy': '参考用の写しです。この品目のメールの上限に含まれます。',
        },
        ProvisioningEmailUnconfirmed:
          'メール サービスからの応答が失われました。送信回数に含まれ、送信されたかどうかはメール サービスからの報告で確認されます。',
        BounceNoticeSent: 'この通知は、この品目のメールの上限には含まれません。',
        sameAddress: 'アドレスは変わらず、氏名または言語のみ変更されました。',
        ClosingSoon:
          '最後のリマインドの時期になりましたが、オンボーディング完了の通知を受けていませんでした。',
        Onboarded: '以降の設定は Control Hub で行います。今後、メールは送信されません。',
        earlier: (date) => `実際の日時は ${date} です（後から通知されました）。`,
        Closed: 'その時点では、オンボーディング完了の通知を受けていませんでした。',
        Cancelled: '今後、メールは送信されません。',
      },
      feedbackMeaning: {
        Accepted: 'メール サービスが受け付け、配信しています。',
        Delivered:
          '受信側のメール サーバーが受け取りました。迷惑メール フォルダーに振り分けられている場合があります。',
        Delayed: '受信側のメール サーバーがまだ受け取っていません。メール サービスが引き続き配信を試みます。',
        Bounced: '受信側のメール サーバーから差し戻されました。',
        Complained: 'この品目のメールは、以後このアドレスには送信されません。',
        Rejected: '受信者には送信されていません。',
      },
      technicalReason: '技術的な理由',
      feedback: {
        Accepted: 'メールを受付',
        Delivered: 'メールを配信',
        Delayed: 'メールの配信が遅延',
        Bounced: 'メールが不達',
        Complained: '受信者が迷惑メールとして報告',
        Rejected: 'メール サービスがメールを拒否',
      },
      BounceNoticeSent: '担当者にメールが届かないことを通知',
      ProvisioningContactChanged: 'プロビジョニング担当者を変更',
      CopyRecipientChanged: '写しの送付先を変更',
      copiesEnded: '写しの送付先を削除',
      ClosingSoon: 'まもなく終了（プロビジョニング期間の終了が近づいています）',
      Onboarded: '組織のオンボーディングが完了（以後、再送信と変更は不可）',
      Closed: 'プロビジョニング期間満了により終了',
      Cancelled: '注文品目をキャンセル',
    },

    edit: '編集',
    resend: '再送信',
    editOf: (lineId) => `編集: 品目 ${lineId} の担当者`,
    resendOf: (lineId) => `再送信: 品目 ${lineId} のメール`,
    done: '完了',
    back: '戻る',
    cancel: 'キャンセル',

    whyNot: {
      viewOnly: (name) => `権限は閲覧のみです。注文者の ${name} 様にお問い合わせください。`,
      'not-started': (date) => `最初のメールは ${date} に送信されます。`,
      due: (date) => `最初のメール（送信予定日時: ${date}）は、まもなく自動的に送信されます。`,
      inDoubt:
        '最初のメールは送信された可能性があります。送信を確認できない場合は、自動的にもう一度送信されます。',
      'point-of-no-return': 'オンボーディングが完了しています。以降の設定は Control Hub で行います。',
      cancelled: 'キャンセル済みのため、メールは送信されません。',
      'contact-undeliverable':
        'この品目のメールは、このアドレスには送信されません。［編集］で変更してください。',
      'resend-too-soon': (date) => `直近の送信から間もないため、次回は ${date} 以降に再送信できます。`,
      'resend-limit-reached': (date) =>
        `24 時間に送信できるメールの上限に達しました。次回は ${date} 以降に送信できます。`,
      soon: {
        'resend-too-soon': (span) => `直近の送信から間もないため、${span}後に再送信できます。`,
        'resend-limit-reached': (span) =>
          `24 時間に送信できるメールの上限に達しました。${span}後に再び送信できます。`,
      },
      limitForGood: 'この品目で送信できるメールの上限に達しました。',
      unknown: '現在、この操作はできません。',
    },
    nowPossible: '再び送信できます。',

    resendDialog: {
      title: '再送信の確認',
      question: (email) => `プロビジョニング メールを ${email} に再送信しますか？`,
      what: 'メールには、サブスクリプションを設定するためのリンクが記載されています。以前のメールのリンクも引き続き有効です。期限は変わりません。',
      closed:
        'プロビジョニング期間は終了しています。メールにもその旨が記載されますが、サブスクリプションは引き続き設定できます。',
      localeHint: 'このメールにのみ適用されます。今後の言語を変更するには、担当者を編集してください。',
      yes: 'はい',
      no: 'いいえ',
      sentTitle: 'メールを送信しました',
      sent: (email) => `プロビジョニング メールを ${email} に再送信しました。`,
      notSentTitle: 'メールを送信できませんでした',
      notSent:
        'メール サービスがメールを受け付けませんでした。何も変更されず、送信回数にも含まれていません。もう一度お試しください。',
      confirmAgain: 'もう一度確認してください。まだ何も送信されていません。',
      tryAgain: 'もう一度試す',
    },

    jobs: {
      title: '一括再送信',
      introduction: `複数の注文品目のメールをまとめて再送信した履歴です。新しい順に、${jobDays} 日間表示されます。`,
      noJobs: '一括再送信はまだ行われていません。',
      select: (orderId, lineId) => `注文 ${orderId} の品目 ${lineId} を選択`,
      selectAll: '条件に一致するすべての品目を選択（次のページ以降も含む）',
      resendSelected: '選択した品目を再送信',
      resendOf: (orderId, lineId) => `再送信: 注文 ${orderId} の品目 ${lineId} のメール`,
      editOf: (orderId, lineId) => `編集: 注文 ${orderId} の品目 ${lineId} の担当者`,
      line: (orderId, lineId) => `${orderId}、品目 ${lineId}`,
      confirmTitle: '再送信の確認',
      question: (count) => `${count} 件の品目のプロビジョニング メールを再送信しますか？`,
      recipients: (count) => `宛先は ${count} 件です。`,
      locale: 'メールの言語',
      localeOfContact: '各担当者の言語',
      localeHint: '今回のメールにのみ適用されます。担当者の言語の設定は変わりません。',
      example: (orderId, lineId) => `最初に送信されるメールのプレビュー（注文 ${orderId}、品目 ${lineId}）`,
      noneGoes: '現在再送信できる品目はありません。',
      nothingSelected: '品目が選択されていません。前のページに戻り、品目を選択してください。',
      tooMany: '10,000 件を超える品目が該当します。条件を絞り込んでください。',
      chosen: '選択した注文品目',
      outcome: '結果',
      goes: '送信されます',
      skippedTitle: '対象外の品目',
      skipped: (count, _lines, why) => `${count} 件: ${why}`,
      what: 'メールには、サブスクリプションを設定するためのリンクが記載されています。期限は変わりません。メールは順に送信され、このページを離れても送信は続きます。',
      start: (count) => `${count} 件のメールを再送信`,
      inProgressTitle: '別の一括再送信が実行中です',
      inProgress:
        '一括再送信は、1 社につき一度に 1 件のみ実行できます。今回の再送信は開始されていません。実行中の処理が完了してから、もう一度お試しください。',
      toJob: '進行状況を表示',
      jobTitle: '一括再送信',
      progress: '進行状況',
      status: { Queued: '開始待ち', Running: '実行中', Completed: '完了' },
      done: (done, total) => `${total} 件中 ${done} 件`,
      counted: (result, count) => `${result}: ${count} 件`,
      goesOn: 'このページを離れても、処理は続きます。',
      results: '結果',
      filter: '結果で絞り込み',
      result: { sent: '送信済み', skipped: '対象外', failed: '未送信', unconfirmed: '送信状況不明' },
      noResults: '該当する結果はまだありません。',
      reason: {
        'order-line-not-found': '注文品目が見つかりません',
        'email-not-sent': 'メール サービスがメールを受け付けませんでした',
        'email-unconfirmed':
          'メール サービスからの応答がありませんでした。送信されたかどうかは履歴で確認できます',
        internal: 'システムでエラーが発生しました',
      },
      csv: 'CSV をダウンロード',
      startedBy: '実行者',
      startedAt: '開始日時',
      completedAt: '完了日時',
      lines: '品目数',
      at: '日時',
    },

    webhooks: {
      title: 'Webhook',
      introduction: '注文品目の状況を通知するシステムの一覧です。',
      show: '表示',
      none: 'Webhook はまだ登録されていません。',
      actions: '操作',
      add: 'Webhook を追加',
      editTitle: 'Webhook を編集',
      url: 'アドレス',
      urlHint:
        'https:// で始まり、インターネットから接続できるアドレスを入力してください。使用できるポートは 443 と 8443 です。',
      urlWrong:
        'https:// で始まるアドレスを入力してください。ポートは 443 または 8443、接続先はインターネット上の公開ホストに限られ、ユーザー名とパスワードは含められません。',
      description: '用途',
      descriptionHint: '省略可能です。通知をどのように利用するかを入力してください。',
      descriptionWrong: '改行やマークアップを含まない 200 文字以内のテキストを入力してください。',
      events: 'イベント',
      eventsHint: '何も選択しない場合は、すべてのイベントが送信されます。',
      all: 'すべてのイベント',
      comma: '、',
      createdAt: '追加日時',
      createdBy: '追加者',
      disabledAt: '無効になった日時',
      oldSecretUntil: '変更前のシークレットの有効期限',
      status: { Enabled: '有効', Disabled: '無効', failing: '配信エラー' },
      whyDisabled: {
        failing:
          '3 日間まったく配信できなかったため、この Webhook は無効になりました。システムの復旧後、テストを送信してから有効にしてください。その間のイベントは再送されません。',
        gone: 'システムから廃止済み（410）との応答があったため、この Webhook は無効になりました。',
      },
      failingSince: (date) =>
        `${date} 以降、配信に失敗し続けています。3 日間配信できない場合、この Webhook は無効になります。`,
      test: 'テストを送信',
      rotate: 'シークレットを変更',
      disable: '無効にする',
      enable: '有効にする',
      delete: '削除',
      tested: 'テストを送信しています。結果は数秒後に下の一覧に表示されます。',
      again: 'もう一度確定してください。変更や送信はまだ行われていません。',
      limit: '登録できる Webhook の上限に達しています。不要な Webhook を削除してください。',
      question: {
        rotate: 'シークレットを変更しますか？変更後 24 時間は、変更前のシークレットでも署名されます。',
        delete: 'この Webhook を削除しますか？配信待ちのイベントは送信されません。',
      },
      addedTitle: 'Webhook を追加しました',
      rotatedTitle: 'シークレットを変更しました',
      secret: 'シークレット',
      secretOnce:
        'メッセージはこのシークレットで署名されます。再表示できませんので、今すぐシステムに設定してください。',
      oldSecret: '24 時間は、変更前のシークレットでも署名されます。',
      log: '直近 7 日間の配信',
      noLog: 'まだ何も送信されていません。',
      at: '日時',
      event: 'イベント',
      result: '結果',
      attempt: (count) => `${count} 回目`,
      took: (milliseconds) => `${milliseconds} ミリ秒`,
      next: (moment) => `次回 ${moment}`,
      results: { delivered: '配信済み', failed: '失敗', 'given-up': '配信中止' },
      errors: {
        timeout: () => '10 秒以内に応答がありませんでした',
        'name-not-found': () => 'ホストが見つかりません',
        'address-not-allowed': () => 'インターネット上の公開アドレスではありません',
        certificate: () => '証明書が無効です',
        connection: () => '接続できませんでした',
        redirect: (status) => `リダイレクトには対応していません（${status}）`,
        status: (status) => `応答コード ${status}`,
      },
      testType: 'テスト',
      types: {
        'Order Line Scheduled': '注文品目の登録',
        'Order Line Rescheduled': '希望開始日の変更',
        'Order Line Email Sent': 'メールの送信',
        'Order Line Email Delivered': 'メールの配信完了',
        'Order Line Email Undeliverable': 'メールの不達',
        'Order Line Contact Changed': 'プロビジョニング担当者の変更',
        'Order Line Closing Soon': 'プロビジョニング期間の終了間近',
        'Order Line Onboarded': '組織のオンボーディング完了',
        'Order Line Closed': '注文品目の終了',
        'Order Line Cancelled': '注文品目のキャンセル',
      },
    },

    support: {
      title: '繰り返し失敗する場合は、サポート ケースを作成してください',
      portal: 'Customer Service Hub を開く',
      how: '「Provisioning Assistance」を検索し、次の内容をお伝えください。',
      search: '検索キーワード',
      requestType: '依頼の種類',
      details: 'サポート ケースの内容',
    },

    unconfirmed: {
      title: 'メールの送信を確認できていません',
      what: (email) =>
        `メール サービスからの応答を受け取れませんでした。${email} 宛のメールは送信された可能性があるため、送信回数に含まれ、履歴にも記録されています。`,
      ask: '再送信する前に、メールが届いているかどうかを担当者にご確認ください。',
      change: '担当者の変更は、送信が確認された時点で反映されます。それまでは現在の担当者のままです。',
      others: 'この注文のほかの品目は変更されていません。後ほど、あらためて適用してください。',
      wait: 'メール サービスからの報告で送信が確認されると、このページでお知らせします。',
      look: '今すぐ確認',
      notice: (email) =>
        `直近のメール（${email} 宛）は、メール サービスからの応答を受け取れなかったため、送信を確認できていません。確認されると、履歴に送信済みとして表示されます。`,
      askFirst: '再送信する前に、メールが届いているかどうかを担当者にご確認ください。',
      firstAgain: '送信が確認されない場合は、自動的にもう一度送信されます。',
      support: '送信が確認されず、メールも届かない場合は、サポート ケースを作成してください',
    },

    explain: {
      title: {
        'not-started': '最初のメールはこれから送信されます',
        inDoubt: '最初のメールの送信を確認できていません',
        'point-of-no-return': '組織のオンボーディングはすでに完了しています',
        cancelled: '注文品目はキャンセルされました',
        'contact-undeliverable': 'この品目のメールは、この担当者には送信されません',
        'resend-too-soon': 'まだ再送信できません',
        'resend-limit-reached': 'メールの上限に達しました',
      },
      'not-started': (date) =>
        `最初のプロビジョニング メールは、希望開始日の ${date} に自動的に送信されます。`,
      due: (date) =>
        `最初のプロビジョニング メール（送信予定日時: ${date}）は、まもなく自動的に送信されます。`,
      notStartedInstead: 'それまでは担当者を変更できます。メールはその時点の担当者に送信されます。',
      ponr: 'お客様の組織がこの注文に関連付けられました。プロビジョニング メールの再送信と担当者の変更はできません。',
      ponrInstead: 'プロビジョニング担当者または組織の管理者が、Control Hub で設定を完了します。',
      cancelled: 'キャンセルされた注文品目では、メールの送信も担当者の変更もできません。',
      cancelledInstead: (name) => `キャンセルが誤りの場合は、注文者の ${name} 様に再注文をご依頼ください。`,
      'contact-undeliverable': (email) =>
        `この品目のメールは、${email} には送信されません。メールの受信が恒久的に拒否された、受信者が迷惑メールとして報告した、または依頼によりアドレスが消去されたためです。`,
      undeliverableInstead:
        'プロビジョニング担当者を変更してください。新しいアドレスにすぐにメールが送信されます。',
      'resend-too-soon': (date) =>
        `メールの送信には一定の間隔が必要です。次回は ${date} 以降に再送信できます。`,
      tooSoonInstead: (email) =>
        `その間に、${email} 宛のメールが届いていないか、迷惑メール フォルダーも含めて確認するよう、担当者にご依頼ください。`,
      'resend-limit-reached': (date) =>
        `この品目で 24 時間に送信できるメールの上限に達しました。次回は ${date} 以降に送信できます。`,
      limitForGood: 'この品目で送信できるメールの上限に達しました。これ以上は送信できません。',
      limitInstead: (email) => `別の方法で担当者に連絡し、${email} 宛のメールを確認するようご依頼ください。`,
      changeContact: '担当者を変更',
      nothingSent: 'メールは送信されませんでした。',
      nothingSaved: '何も保存されませんでした。',
    },

    contactDialog: {
      title: 'プロビジョニング担当者の編集',
      email: '新しいメールアドレス',
      emailHint: '例: jane@example.com',
      name: '氏名',
      nameHint: '任意。空欄にすると、氏名は登録されません。',
      locale: 'メールの言語',
      all: (count) => `すべての品目に適用（${count} 件）`,
      allSkips: (lines) => `変更できないため除外される品目: ${lines}`,
      allSendsAtOnce: (count, emails) =>
        emails === 1
          ? '新しいアドレスを保存すると、1 通のメールがすぐに送信されます。'
          : `新しいアドレスを保存すると、品目ごとに 1 通、合計 ${count} 通のメールがすぐに送信されます（すでに同じアドレスの品目を除く）。`,
      allSendsLater: (count, emails) =>
        emails === 1
          ? '別途 1 通が、その品目の最初のメールとして送信されます。'
          : `別途 ${count} 通が、各品目の最初のメールとして送信されます。`,
      sendsAtOnce:
        '新しいアドレスを保存すると、そのアドレスにすぐにプロビジョニング メールが送信されます。氏名または言語だけを変更した場合、メールは送信されません。期限は変わりません。',
      sendsLater: (date) =>
        `保存してもメールはまだ送信されません。プロビジョニング メールは ${date} に担当者へ送信されます。`,
      sendsWhenDue:
        '保存してもメールはすぐには送信されません。まもなく送信される最初のメールが、この担当者に届きます。',
      mayHaveGone: (email) =>
        `保存してもメールはすぐには送信されません。最初のメールは、すでに ${email} に送信された可能性があります。送信を確認できない場合は、この担当者にもう一度送信されます。`,
      save: '保存',
      wrongTitle: '入力内容を確認してください',
      wrong: {
        email:
          'メールアドレスを 1 つ、半角英数字で入力してください（@ の前は 64 文字以内）。例: jane@example.com',
        name: '氏名は、改行やタグを含めずに 200 文字以内で入力してください。',
        locale: '言語を選択してください。',
      },
      strayCharacter: (position, character) =>
        `メールアドレスの ${position} 文字目の${character}は、この位置では使用できません。`,
      space: 'スペース',
      quoted: (character) => `「${character}」`,
      confirmAgain: '入力内容を確認して、もう一度保存してください。まだ何も保存されていません。',
      changedMeanwhile:
        'このページを開いた後に、担当者のメールアドレスが変更されました。現在のアドレスを表示しています。入力内容を確認して、もう一度保存してください。まだ何も保存されていません。',
      keptForYou:
        'もう一度サインインしていただきました。入力した内容は残っています。確認して、もう一度保存してください。',
      refused: {
        'contact-undeliverable':
          'この品目のメールは、このアドレスには送信されません。別のアドレスを入力してください。',
        'resend-too-soon': 'この品目の別のメールを送信中です。1 分後にもう一度お試しください。',
      },
      savedTitle: '担当者を変更しました',
      unchangedTitle: '変更はありません',
      unchanged: (email) =>
        `担当者（${email}）の氏名と言語は入力内容と同じため、変更も送信も行っていません。`,
      resendInstead: 'もう一度送信するには［再送信］を使用してください。',
      sent: (lines, email) => `${lines}: プロビジョニング メールを ${email} に送信しました。`,
      saved: (lines, email) => `${lines}: 最初のメールは ${email} へ送信されます。`,
      savedQuietly: (lines) => `${lines}: 保存しました。メールは送信していません。`,
      kept: (lines, email) => `${lines}: 担当者はすでに ${email} でした。`,
      skippedTitle: '除外された品目',
      skipped: (lines, why) => `${lines}: ${why}`,
      line: (lineId) => `品目 ${lineId}`,
      andMore: (count) => `ほか ${count} 件`,
      skippedWhy: {
        'point-of-no-return': '組織のオンボーディングはすでに完了しています。',
        cancelled: '注文品目はキャンセルされています。',
        'contact-undeliverable': 'この品目のメールは、このアドレスには送信されません。',
        'resend-limit-reached': 'メールの上限に達しています。',
        'resend-too-soon': '別のメールを送信中でした。1 分後にもう一度お試しください。',
        'email-not-sent': 'メールを送信できませんでした。もう一度お試しください。',
        'email-unconfirmed':
          'メール サービスからの応答を受け取れず、送信を確認できていません。担当者の変更は、送信が確認された時点で反映されます。もう一度試す前に、メールが届いているかどうかを担当者にご確認ください。',
        other: '変更できませんでした。',
      },
    },

    preview: {
      title: 'メールのプレビュー',
      show: 'プレビューを表示',
      subject: '件名',
      from: '差出人',
      replyTo: '返信先',
      asHtml: 'メール本文',
      asText: 'メール本文（テキスト形式）',
      plan: {
        send: (count, lines, to) => `${to} に ${count} 通のメールがすぐに送信されます（${lines}）。`,
        'save-for-first': (_, lines, to) => `最初のメールは ${to} へ送信されます（${lines}）。`,
        save: (_, lines) => `氏名または言語のみの変更のため、メールは送信されません（${lines}）。`,
        unchanged: (_, lines) => `変更がないため、メールは送信されません（${lines}）。`,
        refused: (_, lines) => `変更できません（${lines}）。`,
      },
    },

    copyToDialog: {
      title: '写しの送付先',
      email: '写しの送付先メールアドレス',
      sendsNothing:
        '保存してもメールは送信されません。以後、最初のメールとリマインドの写しが、ご参考としてこのアドレスにも送信されます。再送信のメールは担当者にのみ送信されます。',
      remindersOnly:
        '保存してもメールは送信されません。以後、リマインドの写しが、ご参考としてこのアドレスにも送信されます。再送信のメールは担当者にのみ送信されます。',
      nothingToCopy:
        '保存してもメールは送信されません。写しが送付されるのは最初のメールとリマインドだけで、期間が満了したこの品目では今後送信されません。',
      remove: '写しの送付をやめる',
      isContact:
        'プロビジョニング担当者のアドレスです。担当者にはメールが届くため、別のアドレスを入力してください。',
      nobody: 'なし',
      add: '写しの送付先を追加',
      change: '写しの送付先を変更',
    },

    noAccess: {
      title: 'アクセス権がありません',
      text: 'お使いのアカウントには、この操作の権限がありません。注文者にお問い合わせください。',
      name: '氏名',
      email: 'メールアドレス',
      roleMissing: 'お使いのアカウントには、この操作の権限がありません。',
      roleMissingInstead:
        '会社のアカウント管理者に、再送信（resend）の権限をご依頼ください。その際は、次のアカウントをお伝えください。',
      noRole: 'お使いのアカウントにはまだ権限がないため、表示できる内容がありません。',
      noRoleInstead:
        '会社のアカウント管理者に、閲覧（view）または再送信（resend）の権限をご依頼ください。その際は、次のアカウントをお伝えください。',
      account: 'お使いのアカウント',
      signOutInstead: 'サインアウトして、別のアカウントでサインインすることもできます。',
    },

    errors: {
      notFoundTitle: 'ページが見つかりません',
      notFound:
        'ページが存在しないか、貴社の注文ではありません。アドレスを確認するか、注文を検索してください。',
      cursorTitle: '一覧のこのページは表示できません',
      cursor: 'ページのアドレスが不完全です。最初のページからやり直してください。',
      forbiddenTitle: 'リクエストを受け付けられませんでした',
      forbidden:
        'このコンソールのページから送信されたものではないため、何も実行されませんでした。ページを開き直して、もう一度操作してください。',
      tooLargeTitle: '入力内容が多すぎます',
      tooLarge:
        'フォームの内容が受け付けられる大きさを超えているため、何も実行されませんでした。戻って入力内容を減らしてください。',
      internalTitle: 'サービスで問題が発生しました',
      internal:
        'しばらくしてから、もう一度お試しください。繰り返し発生する場合は、このお問い合わせ番号を管理者にお伝えください。',
      sessionEndedTitle: 'セッションが終了しました',
      sessionEnded: 'もう一度サインインしてください。何も送信・保存されていません。',
      sessionEndedKept:
        '入力した内容は保持されています。サインインすると再び表示されますので、内容を確認してください。',
      signInUnreachableTitle: 'サインイン サービスが応答しません',
      signInUnreachable:
        '現在、サインイン サービスに接続できません。しばらくしてから、もう一度お試しください。',
      signInUnfinishedTitle: 'サインインが完了しませんでした',
      signInUnfinished:
        '時間切れになったか、中断されたか、別のウィンドウで開始された可能性があります。もう一度サインインしてください。',
      accountTitle: 'このアカウントは使用できません',
      account:
        'このコンソールに必要なアカウント情報を、サインイン サービスから取得できませんでした。管理者にお問い合わせください。',
      toOrders: '注文一覧へ',
      retry: 'もう一度試す',
    },

    insights: {
      title: '分析',
      introduction:
        '最初のメールを送信した後の品目の状況を、送信した月ごとに表示します。集計には数秒で反映されます。',
      from: '開始月',
      to: '終了月',
      partnerHint: '空欄: すべてのパートナー',
      allOffers: 'すべてのオファー',
      allLanguages: 'すべての言語',
      emailLanguage: 'メールの言語',
      show: '表示',
      csv: 'CSV をダウンロード',
      wrong: '開始月と終了月を入力してください。開始月は終了月以前、期間は 36 か月以内としてください。',
      nothing: 'この期間に送信された最初のメールはありません。',
      overview: '概要',
      month: '最初のメールの送信月',
      lines: '品目数',
      onboarded: 'オンボーディング完了',
      meanTime: '最初のメールからオンボーディング完了までの平均期間',
      scale: (percent: string) => `棒グラフの最大値は ${percent} です。`,
      share: '割合',
      count: (part: string, whole: string) => `${part}/${whole}`,
      counted: '件数',
      closed: {
        title: '月別: プロビジョニング未完了のまま終了した品目',
        offer: 'オファー別: プロビジョニング未完了のまま終了した品目',
        language: '言語別: プロビジョニング未完了のまま終了した品目',
        short: 'プロビジョニング未完了のまま終了',
        what: '全品目のうち、期間満了により終了し、その後もオンボーディングが完了していない品目です。',
      },
      time: {
        title: '最初のメールからオンボーディング完了までの期間',
        column: '期間',
        what: 'オンボーディングが完了した品目の内訳です。',
        onboardedWithin1Day: '1 日以内',
        onboardedWithin3Days: '1 日超 3 日以内',
        onboardedWithin7Days: '3 日超 7 日以内',
        onboardedWithin30Days: '7 日超 30 日以内',
        onboardedLater: '30 日超',
      },
      bounces: {
        title: '月別: 不達メール',
        short: '不達メール',
        what: '対象品目の全メールのうち、不達となったメール、または送信を拒否されたメールです。',
      },
      help: {
        title: '追加のメール送信後のオンボーディング完了',
        column: 'メール',
        what: '該当するメールを送信した品目のうち、その後にオンボーディングが完了した品目です。1 つの品目が複数の種類に該当する場合があります。',
        resent: '再送信',
        corrected: '新しい担当者への送信',
        reminded: 'リマインド',
      },
    },

    notifications: {
      title: '通知',
      to: '送信先:',
      what: '貴社の注文品目について受け取るお知らせ',
      digest: '毎日 8:00 のお知らせ',
      digestHint:
        '担当者にメールが届かない品目、3 日以内に期限を迎える品目、終了した品目をまとめてお知らせします。該当する品目がない日は送信されません。',
      bounces: 'メールが届かなかったとき、または迷惑メールとして報告されたときの即時のお知らせ',
      bouncesHint:
        '1 日 5 通までです。ご自身が注文された品目については、停止されていない限り、選択の有無にかかわらずお知らせします。',
      timeZone: 'タイム ゾーン',
      locale: 'お知らせの言語',
      next: (date: string) => `次回のお知らせは ${date} の予定です（該当する品目がある場合）。`,
      ends: (date: string) =>
        `${date} までにサインインされない場合、お知らせは自動的に終了します。サインインのたびに ${choiceDays} 日間延長されます。`,
      saved: '設定を保存しました。',
      again: '保存されませんでした。内容をご確認のうえ、もう一度保存してください。',
      unverified:
        'お使いのアカウントで確認済みのメールアドレスがないため、お知らせを送信できません。アカウントの管理者にお問い合わせください。',
      tooMany: '即時のお知らせを受け取れるのは貴社で 20 名までです。すでに上限に達しています。',
      undeliverable: (date: string) =>
        `${date} 以降、お客様のアドレスにメールが届いていないため、お知らせの送信を停止しています。受信できる状態になりましたら、もう一度設定してください。`,
      noPartner:
        'このお知らせはパートナーの注文品目に関するものです。お使いのアカウントはパートナーに属していません。',
    },
    endDigest: {
      title: '毎日のお知らせを停止しますか？',
      text: 'このお知らせは、コンソールで選択された方にお送りしています。停止した後も、コンソールでいつでも再開できます。',
      end: 'お知らせを停止する',
      endedTitle: '毎日のお知らせを停止しました',
      ended: '今後は送信されません。コンソールの「通知」で再開できます。',
      nothingTitle: 'このリンクは無効です',
      nothing:
        'すでに終了したお知らせのリンクか、アドレスが不完全です。お知らせが引き続き届く場合は、最新のメールのリンクをご利用ください。',
    },

    endNotices: {
      title: 'メールの不達・迷惑メール報告のお知らせを停止しますか？',
      text: 'ご注文のプロビジョニング メールが届かなかった場合や、迷惑メールとして報告された場合に、メールでお知らせしています（コンソールで選択された方には、貴社のすべての注文についてお知らせしています）。停止すると、以後すべての注文について、このお知らせは送信されません。',
      end: 'お知らせを停止する',
      endedTitle: 'お知らせを停止しました',
      ended: '今後は送信されません。状況は引き続きコンソールでご確認いただけます。',
      nothingTitle: 'このリンクは無効です',
      nothing:
        'アドレスが不完全か、古いリンクです。お知らせが引き続き届く場合は、最新のメールのリンクをご利用ください。',
    },

    signOutPage: {
      title: 'サインアウトしました',
      text: 'このウィンドウは閉じてかまいません。',
      again: 'もう一度サインイン',
      confirmTitle: 'サインアウトしますか？',
      confirm: '注文を表示するには、もう一度サインインが必要です。',
      goingTitle: 'サインアウトしています…',
      going:
        'このコンソールからはサインアウトしました。画面が切り替わらない場合は、サインイン サービスでサインアウトを完了してください。',
      goOn: 'サインアウトを完了',
    },
  };
}
